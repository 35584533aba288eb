import type { NameWords } from './words.ts'

export const englishNames: NameWords = {
  stop: "a an the and or but if so of to in on at by for from with about as is are was were be been being am do does did done have has had having i me my mine you your yours he him his she her hers it its we us our ours they them their this that these those there here who whom which what when where why how not no nor yes yeah yep nope okay ok please thanks thank sorry hello hi hey bye goodbye well now then than too also just only very really can could would should shall might must let lets because while until after before again still already always never i'm i've i'd i'll you're you've you'd you'll he's she's it's we're we've we'll they're they've that's there's what's who's don't doesn't didn't can't couldn't won't wouldn't isn't aren't wasn't weren't haven't hasn't ain't let's mr mrs ms want wants wanted need needs needed know think get got go going gone come came see saw say said says tell told ask asked call called calling speak speaking spoke talk talking make made take took give gave put set try help find use used like look looking work works working live lives lived born send sent receive received pay paid buy bought good great fine right sure new old first last next other another same different more most some any all each every both few many much one's ones everyone everybody someone somebody anyone nobody something anything nothing today tomorrow yesterday morning afternoon evening night week month year day time number name address account card phone email date zip code country room flight order bill people mile miles kilometre kilometres kilometer kilometers minute hour times payment money dollars cents percent minutes hours days weeks months years lost moved living staying located delivered shipped mailed husband wife spelled spelt under over out up down off into onto through between without within during against per via plus",
  common: '',
  fillers: 'uh um er erm hmm hm ah mm mhm huh',
  numbers:
    'zero oh o one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand double triple first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth',
  titles:
    'mr,mrs,ms,miss,dr,mister,missus,madam,mme,professor,prof,sir,doctor,nurse,officer,judge,father,pastor,reverend,rev,sergeant,captain,aunt,uncle,detective',
  connectors:
    "van von der den de la le du des del della delle dei degli nad di da dos das el al bin ben ibn st mc mac o d' ter ten y e san saint santa",
  nameCues:
    "my name is,my name's,my name was,my full name is,my first name is,my last name is,my surname is,my maiden name is,my given name is,my middle name is,name is,name's,name was,the name is,the name's,full name is,first name is,last name is,surname is,under the name,under the name of,in the name of,name on the account is,name on the card is,name on the policy is,name of the patient is,cardholder name,cardholder is,patient is,patient's name is,his name is,her name is,their name is,his name's,her name's,people call me,you can call me,everyone calls me,known as,speaking with,speaking to,am i speaking with,i spoke with,i spoke to,i talked to,i talked with,speak with,speak to,talk to,talk with,named,signed by,on behalf of,attention,yours sincerely,sincerely,best regards,kind regards,dear,name",
  nameHints:
    "this is,i am,i'm,it is,it's,is this,that is,that's,am i,here is,here's,is that,call me,calls me,asked for,ask for,asking for,looking for,meet,met,with,from,by,for,and,hi,hello,hey,good morning,good afternoon,good evening,thanks,thank you,okay,ok,sure,yes,contact,wife,husband,son,daughter,mother,father,brother,sister,partner,boss,manager,friend,doctor,colleague,cousin,uncle,aunt,roommate,neighbour,neighbor,beneficiary,spouse,my wife is,my husband is,add my wife,i was helped by,regards,love,cheers,best,is,are,said,says,saying,said by,to,told,ask,asked,called,invite,invited,see,saw,know,knows,let,tell,called by,about,of,owner,author,singer,director,producer,writer,president,ceo",
  afterName:
    'speaking,calling,here,on the line,on the phone,talking,again,called,said,says,promised,told,asked,will,would,is,was,has,and,who,whose',
  spellCues: 'spelled,spelt,spell it,spelling is,that is spelled,letters,spells,spell that',
  placeCues:
    'i live in,we live in,live in,living in,lives in,lived in,moved to,move to,moving to,calling from,i am from,i come from,came from,comes from,grew up in,born in,based in,located in,resident of,travelling to,traveling to,flying to,fly to,trip to,flight to,travel to,going to,drive to,driving to,headed to,arrived in,originally from,city of,town of,citizen of,country of',
  placeHints: 'in from to near at around outside of visit visiting leaving through across between via',
  firmCues:
    'i work at,i work for,we work for,works at,works for,work at,work for,working at,working for,worked at,worked for,used to work for,employed by,employed at,my employer is,employer is,company is,my company is,company called,behalf of,i represent,insured with,insured by,insurance is with,account with,policy with,customer of,been with,bank with,contract with,offices of,founder of,ceo of,president of,manager at,consultant at,office of,address of,reporter at,keynote speaker from',
  firmEnds:
    'inc incorporated llc ltd limited corp corporation llp plc gmbh ag kg sa sarl sas bv nv ab oy aps spa srl co lp pllc pty',
  firmWords:
    'bank insurance assurance university college hospital clinic airlines airways motors industries holdings group partners associates brothers sons daughters union telecom pharmaceuticals laboratories logistics traders technologies solutions systems services consulting capital savings trust mutual foundation institute academy agency medical center centre school church orchestra club ratings financial software electronics foods energy media studios networks enterprises international company realty properties mortgage dental pharmacy freight ventures labs research analytics',
  addressCues:
    "i live at,we live at,live at,living at,lives at,my address is,our address is,address is,address was,address would be,home address,mailing address is,billing address is,shipping address is,new address is,residing at,reside at,ship it to,ship to,send it to,deliver it to,delivered to,mail it to,moved to,located at,offices are located at,gone to,i am at,i'm at,meet me at,meet you at,staying at,we are at,arrived at,stop at,the corner of,pick up at,address of,address,is at,sent to,mailed to,deliver to,it at,lives on,live on,house is at",
  streetAfter:
    'street st avenue ave road rd drive dr lane ln court ct boulevard blvd way place pl terrace ter parkway pkwy highway hwy circle cir trail trl square sq crescent close row alley plaza grove gardens mews heights hill bend loop path pike turnpike expressway cove crossing ridge walk wharf quay str vale view glen point run green estate street',
  streetBefore: 'rue avda avd av via viale piazza rua avenida calle ul ulica plaza corso route boulevard',
  streetEnds:
    'strasse str straat gatan gata vagen vag vej gade veien vegen katu tie tanav maantee utca gasse weg allee platz laan plein ulice ulica ut tn tie polku kuja kade linn stigur vegur gotu braut',
  directions: 'north south east west northeast northwest southeast southwest n s e w ne nw se sw',
  units: 'apartment apt unit suite ste floor flat room building bldg lot box door',
  inTown: 'in near at',
  states:
    'al ak az ar ca co ct de fl ga hi ia id il in ks ky la ma md me mi mn mo ms mt nc nd ne nh nj nm nv ny oh ok or pa ri sc sd tn tx ut va vt wa wi wv wy dc pr on qc bc ab mb sk ns nb nl nsw vic qld aa ae ap',
  known:
    'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december mon tue tues wed thu thurs fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec visa mastercard amex paypal iban ssn cvv cvc pin dob nhs aba atm usd eur gbp ip id url http https www com net org christmas easter english spanish french german hindi internet wifi iphone android covid gmail outlook yahoo icloud proton email online app faq tv cd dvd ok usa uk god lord zip po fax mobile website bot user desk y/o',
}
