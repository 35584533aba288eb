import type { NameWords } from './words.ts'

/** Hindi in Latin letters, with the English words that are mixed in. */
export const hindiNames: NameWords = {
  stop: 'hai hain hoon hun tha thi the ka ki ke ko se mein me par pe aur ya nahi nahin na haan ji main mai mera meri mere mujhe hum hamara hamari aap aapka aapki tum tumhara woh wo yeh ye uska uski unka kya kaun kab kahan kyun kaise jo to bhi hi liye saath wala wali kar karna kiya raha rahi rahe gaya gayi hua hui de dena diya lena liya ek bol bolo bata batao number is my i the a and from to in',
  common:
    'naam name pata address phone mobile card account customer email date birth janam tithi pin code poora call sakte sakta please din mahine saal rupaye paise bill total wait minute rukiye chahiye aaya dhanyavaad kuch namaste namaskar hello kal aaj abhi pita mata maa papa bhai behen beta beti pati patni dost doctor hospital bimari dawa ghar makan gali shahar kaam karta karti rehta rehti rahta rahti matlab theek accha sahi galat order payment paisa bank madad',
  fillers: 'umm uh matlab arre',
  numbers:
    'shunya shoonya zero ek do teen char chaar paanch panch chhe chah che saat sat aath ath nau das gyarah barah terah chaudah pandrah solah satrah atharah unnis bees tees chalis pachas saath sattar assi nabbe sau hazaar hazar double triple one two three four five six seven eight nine',
  titles: 'shri,shrimati,mr,mrs,dr,doctor,sri',
  connectors: 'de',
  nameCues:
    'mera naam,mera poora naam,naam hai,meri patni ka naam,uska naam,naam,mera name,my name is,name is,mera shubh naam',
  nameHints: 'main,mai,namaste,hello,ji,se,aur,this is,i am',
  afterName: 'bol raha hoon,bol rahi hoon,bol raha,bol rahi,baat kar raha,baat kar rahi,hai,hoon,ji',
  spellCues: 'spelling hai,spelling',
  placeCues: 'main rehta,mein rehta',
  placeHints: 'se mein',
  firmCues: 'company,kaam karta',
  firmEnds: 'ltd limited pvt',
  firmWords: 'bank motors industries hospital',
  addressCues: 'mera pata,mera address,pata hai,address hai,pata,address,ghar ka pata',
  streetAfter: 'nagar marg road gali colony vihar chowk path bagh street lane sector enclave puram',
  streetBefore: 'sector',
  streetEnds: '',
  directions: '',
  units: 'makan flat ghar plot house gali sector block',
  inTown: '',
  states: '',
  known:
    'somvar mangalvar budhvar january february march april may june july august september october november december visa mastercard gmail outlook yahoo icloud proton web com dot at upi',
}
