import type { NameWords } from './words.ts'

export const germanNames: NameWords = {
  stop: 'aber als am an auch auf aus bei beim bin bis bist da damit dann das dass dein deine dem den der des die dies diese dieser dir doch du durch ein eine einem einen einer er es euch für gegen habe haben hat hatte hier ich ihm ihn ihnen ihr ihre im in ins ist ja jetzt kann kein keine können man mein meine meinem meinen meiner mich mir mit muss nach nein nicht noch nun nur ob oder ohne sehr sein seine seit sich sie sind so soll über um und uns unser unsere unter vom von vor war waren was weil wenn wer werden wie wieder will wir wird wo wurde würde zu zum zur',
  common:
    'hallo guten tag morgen abend danke bitte dank vielen herr frau moment nummer karte kartennummer kreditkarte konto kontonummer kunde kundennummer telefon telefonnummer handynummer mail adresse anschrift name nachname vorname geburtsdatum geboren postleitzahl straße hausnummer stadt land wohne wohnt arbeite arbeitet zahlen zahle bezahlen rechnung bestellung bestellt bekommen euro cent jahr jahre monat woche tag tage stunde minuten uhr termin lautet lauten liefern schreiben sprechen spreche spricht anrufen anruf rufe rufen zurück erreichen gültig prüfziffer sagen sagt arzt krankenhaus krankheit operation möchte möchten wollte brauche brauchen hätte gerne gern mal gut schön schöne genau richtig leider gestern heute morgen immer nie mann sohn tochter mutter vater bruder schwester freund freundin machen macht gemacht wissen weiß kommt kommen gekommen geht gehen steht insgesamt abgebucht warte wann also hilfe helfen frage problem wegen vielleicht eigentlich einfach okay apparat selbst null eins',
  fillers: 'äh ähm hm mhm also tja',
  numbers:
    'null eins ein zwei zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert einhundert zweihundert tausend doppel',
  titles: 'herr,herrn,frau,doktor,dr,professor,prof,fräulein',
  connectors: 'von van der den zu de',
  nameCues:
    'mein name ist,mein name lautet,name ist,ich heiße,mein vorname ist,mein nachname ist,der name ist,der name lautet,auf den namen,unter dem namen,er heißt,sie heißt,sie sprechen mit,spreche ich mit,ich spreche mit,am apparat ist,sprechen mit,im namen von,name',
  nameHints:
    'hier ist,hier spricht,hier,ich bin,ich bin die,ich bin der,das ist,mit,hallo,guten tag,guten morgen,guten abend,danke,ja,meine frau,mein mann,mein sohn,meine tochter,meine mutter,mein vater,mein bruder,meine schwester,für,von',
  afterName: 'am apparat,hier,guten tag,guten morgen,spricht,und',
  spellCues: 'buchstabiert,buchstabiere,geschrieben,schreibt sich',
  placeCues:
    'ich wohne in,wohne in,wohnt in,wohnen in,ich komme aus,komme aus,aus der nähe von,geboren in,ich lebe in,lebe in,fahre nach,fliege nach,umgezogen nach',
  placeHints: 'in aus nach bei von',
  firmCues:
    'ich arbeite bei,arbeite bei,arbeitet bei,arbeite für,arbeitet für,angestellt bei,versichert bei,kunde bei,firma,von der firma',
  firmEnds: 'gmbh ag kg ohg ug se mbh ev',
  firmWords:
    'bank sparkasse versicherung klinik krankenhaus universität schule werke bau logistik gruppe volksbank praxis',
  addressCues:
    'ich wohne in der,ich wohne in,ich wohne am,ich wohne im,wohne in der,wohne in,wohne,wohnhaft,meine adresse ist,adresse ist,adresse lautet,die anschrift lautet,anschrift ist,anschrift lautet,liefern sie an,liefern an,schicken sie es an,umgezogen in,lieferadresse ist',
  streetAfter: 'straße str weg allee platz gasse ring damm ufer chaussee',
  streetBefore: 'straße platz',
  streetEnds:
    'strasse str weg allee platz gasse ring damm ufer chaussee steig pfad garten graben markt berg hof wall promenade stieg',
  directions: '',
  units: 'wohnung stock stockwerk etage haus hausnummer nummer',
  inTown: 'in bei',
  states: '',
  known:
    'montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april mai juni juli august september oktober november dezember visa mastercard iban bic gmail outlook yahoo icloud proton web com punkt at',
}
