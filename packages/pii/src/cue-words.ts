import type { Language, PiiType } from './contract.ts'

/** What words around a value say of it: a type, or `amount`, that it is none. */
export type CueType = PiiType | 'amount'

/** Phrases, folded, separated by `|`. `strong` ones name the value, `weak` ones only its neighbourhood. */
export interface CueWords {
  readonly type: CueType
  readonly detail?: string
  readonly strong?: string
  readonly weak?: string
}

const english: readonly CueWords[] = [
  {
    type: 'card',
    strong:
      'card number|card no|credit card|debit card|card ending|card ends|card details|card digits|pan|number on the card|numbers on the card|front of the card|front of your card|long number|sixteen digits|16 digits|sixteen digit|16 digit|my visa|my mastercard|my amex|visa card|card is|card to use is|pay with|card on file|charge card|payment card|bank card|card its',
    weak: 'card|visa|mastercard|amex|american express|discover|maestro|last four digits|last four are|last four is|last 4 digits|last 4 are|last 4 is|last four numbers|ending in|ends in|ending with|ends with',
  },
  {
    type: 'card-code',
    strong:
      'cvv|cvc|cvv2|cvc2|cid|c v v|c v c|csc|security code|security number|verification code on the card|card verification|verification value|three digits|3 digits|three digit|3 digit|back of the card|back of your card|on the back|signature strip|card code|last three digits|three numbers',
    weak: 'code',
  },
  {
    type: 'card-expiry',
    strong:
      'expiry|expiry date|expiration|expiration date|expires|expires in|expires on|exp|exp date|valid thru|valid through|valid until|good through|good thru|expiring',
  },
  {
    type: 'pin',
    strong:
      'pin|pin number|pin code|p i n|passcode|pass code|one time code|verification code|otp|access code|one time passcode|telephone pin',
  },
  {
    type: 'ssn',
    strong:
      'ssn|social security|social security number|s s n|social|soc sec|itin|taxpayer identification|taxpayer id|social insurance|last four of your social|last four of my social|tin|tax id',
  },
  {
    type: 'national-id',
    strong:
      'passport|passport number|driving licence|driving license|drivers license|drivers licence|driver license|drivers license number|license number|licence number|driver s license|national insurance|ni number|nino|national id|identity card|id number|identity number|id card|medicare|medicaid|green card|alien number|a number|visa number',
  },
  { type: 'national-id', detail: 'nhs', strong: 'nhs|nhs number|n h s|health service number' },
  { type: 'national-id', detail: 'npi', strong: 'npi|n p i|provider identifier|npi number|provider number' },
  {
    type: 'national-id',
    detail: 'aadhaar',
    strong: 'aadhaar|aadhar|adhar|aadhaar number|adhaar|aadhar number|uid number',
  },
  { type: 'national-id', detail: 'in-pan', strong: 'pan card|pan number|permanent account number' },
  { type: 'iban', strong: 'iban|i b a n|international bank account|international account number' },
  {
    type: 'bank-routing',
    strong:
      'sort code|sort|routing|routing number|aba|aba number|transit number|routing transit|swift|swift code|bic|bic code|b i c|ifsc|ifsc code|bank code|branch code',
  },
  {
    type: 'bank-account',
    strong:
      'account number|bank account|checking account|savings account|current account|acct|acct number|bank account number|account no|account ending|account ends|account is|from account|to account|checking|savings',
    weak: 'account',
  },
  {
    type: 'account',
    strong:
      'customer number|customer id|customer reference|policy number|policy|member number|member id|membership number|membership|reference number|reference|ref|ref number|confirmation number|confirmation code|confirmation|booking number|booking reference|order number|claim number|claim|invoice number|case number|ticket number|tracking number|loyalty number|employee number|employee id|student id|patient number|medical record number|medical record|mrn|subscriber id|subscriber number|group number|contract number|client number|client id|user id|account id|insurance number|insurance id|plan number|meter number|loan number|mortgage number|frequent flyer|record locator|license plate|plate number|serial number|vin|device id|imei|file number|application number|registration number|service request|work order|badge number|reservation number|reservation|booking|warranty number|subscription number|rewards number|account reference|account code|customer code|case id|order id|booking id|ticket id|transaction id|transaction number|receipt number|permit number|roll number|locator|contract number|contract id|our reference|your reference|quote number|quotation number|case reference|claim reference|incident number|order reference|purchase order|po number|policy id|policy no|policyholder number|account holder number|customer account|customer no|client account|client code|member code|membership id|membership card|loyalty card|rewards id|registration code|enrollment number|enrolment number|certificate number|deposit number|reservation code|travel reference|utility account|service number|service account|site number|site id|supplier number|vendor number|merchant id|dossier|docket number|file reference|matter number|patient id|chart number|health plan number|subscriber|beneficiary number|group id|prescription number|rx number',
    weak: 'number|numbers|id|identifier|case|order|ticket|reference code|contract|account|policyholder|client|registration|quote|shipment|parcel|loan|plan|certificate|code number|booking|invoice|subscription|member|customer|tracking|file',
  },
  {
    type: 'phone',
    strong:
      'phone|phone number|telephone|telephone number|cell|cell number|cell phone|mobile|mobile number|call me|call me back|reach me|contact number|call back number|callback number|callback|my number|your number|text me|fax|fax number|home number|work number|landline|whatsapp|ring me|dial|best number|number to reach|call you back|reach you|area code|extension|tel|my digits|numbers|reached at|reached on|answering at|messages to|message to|call me on|calls to|calling from|texts to|text to|sms to|desk|direct line|hotline|switchboard|office number|main line|call us|call her|call him|phone them|contact|me at|me on',
    weak: 'number is',
  },
  {
    type: 'date-of-birth',
    strong:
      'date of birth|birth date|birthdate|birthday|born|born on|born in|dob|d o b|d.o.b|birth|day you were born|were you born|was born|born the',
  },
  {
    type: 'postal-code',
    strong: 'zip|zip code|zipcode|postal code|postcode|post code|pin code is|billing zip|pincode|postal',
  },
  {
    type: 'password',
    strong:
      'password|pass word|passphrase|passwort|secret word|memorable word|login password|secret answer|security answer',
  },
  {
    type: 'amount',
    strong:
      'dollars|dollar|cents|cent|bucks|euros|euro|pounds sterling|quid|pence|percent|per cent|rupees|minutes|minute|hours|hour|seconds|days|day|weeks|week|months|years|miles|kilometers|kilometres|km|meters|metres|feet|inches|pounds|kilos|kilograms|kg|degrees|people|times|items|units|pieces|points|votes|shares|employees|customers|calls|o clock|oclock|am|pm|a m|p m|pages|gigabytes|megabytes|gb|mb|usd|eur|gbp|thousand|million|billion|milligrams|mg|square|acres|calories|steps|copies|seats|tickets|rooms|boxes|orders|messages|tokens|lines|bytes|hz|watts|volts|rpm|students|visitors',
    weak: 'room|flight|gate|version|chapter|page|route|highway|interstate|channel|since|total|balance|amount|costs|cost|price|paid|worth|roughly|about|approximately|percent|over|under|until|step|level|unit|suite|apartment|window|bus|train|platform|floor|table|episode|season|model|size|serving',
  },
]

const spanish: readonly CueWords[] = [
  {
    type: 'card',
    strong:
      'numero de tarjeta|numero de la tarjeta|numero de mi tarjeta|numero de su tarjeta|tarjeta de credito|tarjeta de debito|mi tarjeta|tarjeta es|dieciseis digitos|16 digitos|la tarjeta|tarjeta termina|tarjeta bancaria',
    weak: 'tarjeta|visa|mastercard|amex|ultimos cuatro|termina en|terminada en|ultimos cuatro digitos',
  },
  {
    type: 'card-code',
    strong:
      'cvv|cvc|codigo de seguridad|codigo de la tarjeta|codigo de verificacion|tres digitos|3 digitos|tres numeros|parte de atras|reverso|parte trasera|detras de la tarjeta|dorso',
    weak: 'codigo',
  },
  {
    type: 'card-expiry',
    strong:
      'caducidad|fecha de caducidad|vencimiento|fecha de vencimiento|caduca|vence|expira|expiracion|valida hasta|fecha de expiracion',
  },
  { type: 'pin', strong: 'pin|clave|numero pin|codigo pin|clave secreta|codigo de acceso' },
  {
    type: 'ssn',
    strong: 'seguro social|numero de seguro social|ssn|itin|numero de seguridad social|seguridad social',
  },
  {
    type: 'national-id',
    strong:
      'dni|nie|d n i|n i e|documento|documento de identidad|pasaporte|numero de pasaporte|carnet de conducir|licencia de conducir|permiso de conducir|cedula|identificacion|nif|curp',
  },
  { type: 'iban', strong: 'iban|i b a n' },
  { type: 'bank-routing', strong: 'swift|bic|codigo bic|codigo swift|numero de ruta|routing' },
  {
    type: 'bank-account',
    strong:
      'numero de cuenta|cuenta bancaria|cuenta corriente|cuenta de ahorros|mi cuenta|cuenta es|cuenta numero|numero de la cuenta|clabe',
    weak: 'cuenta',
  },
  {
    type: 'account',
    strong:
      'numero de cliente|numero de poliza|poliza|numero de socio|numero de referencia|referencia|numero de pedido|numero de reserva|localizador|numero de expediente|numero de afiliado|numero de contrato|numero de factura|numero de siniestro|numero de confirmacion|numero de miembro|codigo de cliente|numero de historia|matricula|numero de abonado|abonado|numero de suscriptor|numero de usuario|numero de asegurado|asegurado|numero de afiliacion|numero de incidencia|numero de seguimiento|numero de envio|numero de solicitud|numero de tramite|numero de caso|codigo de reserva|numero de tarjeta sanitaria|numero de suministro|cups|numero de pedido|nuestra referencia|su referencia|id de cliente|numero de empleado|numero de registro|numero de titular',
    weak: 'seguimiento|envio|solicitud|caso|suscripcion|suministro|usuario|titular|registro|poliza|siniestro|socio|pedido|reserva|expediente|contrato|numero|identificador|factura|cliente|afiliado|codigo de|incidencia',
  },
  {
    type: 'phone',
    strong:
      'telefono|numero de telefono|movil|celular|numero de movil|numero de celular|llamame|llameme|llamar al|me puede llamar|mi numero|su numero|contacto|numero de contacto|fijo|whatsapp|fax|prefijo|llamarme al|llamen al|localizarme en',
    weak: 'numero es',
  },
  {
    type: 'date-of-birth',
    strong: 'fecha de nacimiento|naci|nacido|nacida|nacimiento|cumpleanos|nacio|naci el|nacido el|nacida el',
  },
  { type: 'postal-code', strong: 'codigo postal|cp|c p|distrito postal' },
  { type: 'password', strong: 'contrasena|clave de acceso|palabra secreta|palabra clave' },
  {
    type: 'amount',
    strong:
      'euros|euro|dolares|pesos|centimos|por ciento|minutos|horas|segundos|dias|semanas|meses|anos|kilometros|metros|kilos|gramos|grados|personas|veces|unidades|puntos|mil|millones|libras|empleados|clientes|paginas|acciones',
    weak: 'habitacion|vuelo|pagina|version|capitulo|puerta|total|saldo|precio|cuesta|importe|desde|planta|unos|unas|aproximadamente|autobus|canal',
  },
]

const german: readonly CueWords[] = [
  {
    type: 'card',
    strong:
      'kartennummer|kreditkarte|kreditkartennummer|nummer der karte|nummer meiner karte|debitkarte|karte lautet|karte ist|meine karte|bankkarte|ec karte|sechzehn ziffern|16 ziffern|girokarte|visakarte|karte endet',
    weak: 'karte|visa|mastercard|amex|letzten vier|endet auf|endend auf|letzten vier ziffern',
  },
  {
    type: 'card-code',
    strong:
      'cvv|cvc|prufziffer|prufnummer|sicherheitscode|kartenprufnummer|drei ziffern|3 ziffern|dreistellige|ruckseite|sicherheitsnummer|prufcode',
  },
  {
    type: 'card-expiry',
    strong: 'ablaufdatum|gultig bis|ablauf|lauft ab|gultigkeit|verfallsdatum|gultigkeitsdatum|verfallt',
  },
  { type: 'pin', strong: 'pin|geheimzahl|pin nummer|tan|zugangscode' },
  { type: 'ssn', strong: 'ssn|social security' },
  {
    type: 'national-id',
    strong:
      'steuer id|steueridentifikationsnummer|steuernummer|steuer identifikationsnummer|identifikationsnummer|steuerid|personalausweis|ausweisnummer|personalausweisnummer|reisepass|reisepassnummer|passnummer|fuhrerschein|fuhrerscheinnummer|sozialversicherungsnummer|rentenversicherungsnummer|ausweis|krankenversichertennummer|versichertennummer',
  },
  { type: 'iban', strong: 'iban|i b a n|bankverbindung' },
  { type: 'bank-routing', strong: 'blz|bankleitzahl|bic|swift' },
  { type: 'bank-account', strong: 'kontonummer|konto|bankkonto|girokonto|kontonr|konto nummer' },
  {
    type: 'account',
    strong:
      'kundennummer|kundennr|vertragsnummer|versicherungsnummer|policennummer|police|mitgliedsnummer|referenznummer|bestellnummer|auftragsnummer|buchungsnummer|rechnungsnummer|schadennummer|aktenzeichen|vorgangsnummer|ticketnummer|zahlernummer|patientennummer|personalnummer|buchungscode|kunden nummer|kennzeichen|mandatsreferenz|fallnummer|reservierungsnummer|sendungsnummer|versichertennummer|benutzernummer|teilnehmernummer|antragsnummer|kassenzeichen|belegnummer|vertragskonto|vertragskontonummer|kundenkonto|kundenkontonummer|kunden id|kundenkennung|geschaftspartnernummer|versicherungsscheinnummer|versicherungsschein|schadensnummer|mitgliedsnummer|mitglieds id|sparbuch|depotnummer|anschlussnummer|lieferscheinnummer|paketnummer|trackingnummer|retourennummer|abonummer|abonnentennummer|nutzernummer|partnernummer|kontraktnummer|leistungsnummer|patienten id|aktennummer|reservierungscode|bonusnummer|kundenkarte|referenzcode|angebotsnummer',
    weak: 'kunde|akte|vorgang|fall|mitglied|versicherung|sendung|paket|antrag|angebot|reservierung|schaden|nummer|nr|kennung|id|vertrag|bestellung|auftrag|buchung|rechnung|ticket|referenz',
  },
  {
    type: 'phone',
    strong:
      'telefon|telefonnummer|handynummer|handy|mobilnummer|ruckrufnummer|ruckruf|meine nummer|rufnummer|anrufen unter|erreichbar unter|erreichen unter|festnetz|festnetznummer|fax|vorwahl|durchwahl|ihre nummer|erreichen sie mich|tel|whatsapp|mobil|zuruckrufen unter',
    weak: 'nummer ist|nummer lautet',
  },
  { type: 'date-of-birth', strong: 'geburtsdatum|geboren|geburtstag|geboren am|geb|geburt' },
  { type: 'postal-code', strong: 'postleitzahl|plz' },
  { type: 'password', strong: 'passwort|kennwort|losungswort|losung|zugangswort' },
  {
    type: 'amount',
    strong:
      'euro|euros|cent|dollar|prozent|minuten|stunden|sekunden|tage|tagen|wochen|monate|jahre|jahren|kilometer|meter|kilo|gramm|grad|personen|mal|stuck|punkte|tausend|millionen|uhr|mitarbeiter|kunden|seiten|aktien|franken',
    weak: 'zimmer|flug|seite|version|kapitel|insgesamt|betrag|preis|kostet|seit|etwa|ungefahr|rund|linie|gleis|zug|bus|kanal|saldo',
  },
]

const french: readonly CueWords[] = [
  {
    type: 'card',
    strong:
      'numero de carte|numero de la carte|numero de ma carte|numero de votre carte|carte bancaire|carte de credit|carte bleue|carte de debit|ma carte|carte est|carte c est|seize chiffres|16 chiffres|carte se termine|la carte',
    weak: 'carte|visa|mastercard|amex|quatre derniers chiffres|se termine par|finit par|derniers chiffres',
  },
  {
    type: 'card-code',
    strong:
      'cvv|cvc|cryptogramme|code de securite|trois chiffres|3 chiffres|dos de la carte|au dos|code de verification|trois derniers chiffres',
  },
  {
    type: 'card-expiry',
    strong:
      'expiration|date d expiration|expire|expire en|valable jusqu|date de validite|validite|fin de validite',
  },
  { type: 'pin', strong: 'pin|code pin|code secret|code confidentiel|code d acces' },
  { type: 'ssn', strong: 'ssn' },
  {
    type: 'national-id',
    strong:
      'securite sociale|numero de securite sociale|secu|nir|insee|numero insee|passeport|numero de passeport|permis de conduire|carte d identite|carte nationale|piece d identite|numero fiscal|carte vitale|numero de secu',
  },
  { type: 'iban', strong: 'iban|i b a n|rib' },
  { type: 'bank-routing', strong: 'bic|swift|code banque|code guichet' },
  {
    type: 'bank-account',
    strong: 'numero de compte|compte bancaire|compte courant|mon compte|compte est|compte numero',
    weak: 'compte',
  },
  {
    type: 'account',
    strong:
      'numero client|numero de client|numero de police|police d assurance|numero de contrat|numero d adherent|numero de dossier|reference|numero de reference|numero de commande|numero de reservation|numero de facture|numero de sinistre|numero de membre|code client|numero d abonne|identifiant|numero de suivi|immatriculation|numero d assure|assure|numero de beneficiaire|numero allocataire|allocataire|numero d allocataire|numero de compte client|reference client|reference dossier|reference contrat|numero de devis|numero d inscription|numero de ticket|numero d incident|numero de demande|numero de colis|numero d envoi|numero de livraison|code de reservation|numero de carte de fidelite|carte de fidelite|numero de mutuelle|mutuelle|numero d usager|numero de patient|numero de matricule|point de livraison|pdl|numero d identifiant|code abonne|notre reference|votre reference',
    weak: 'ticket|incident|devis|livraison|envoi|sinistre|inscription|usager|beneficiaire|membre|police|contrat|adherent|dossier|commande|reservation|numero|facture|abonne|client|colis|matricule',
  },
  {
    type: 'phone',
    strong:
      'telephone|numero de telephone|portable|mobile|numero de portable|fixe|rappeler au|joindre au|mon numero|votre numero|appelez moi|appeler au|fax|contacter au|joignable au|rappelez moi|whatsapp|tel|me joindre|coordonnees',
    weak: 'numero c est|numero est',
  },
  {
    type: 'date-of-birth',
    strong: 'date de naissance|ne le|nee le|naissance|anniversaire|suis ne|suis nee|ne en|nee en|nais',
  },
  { type: 'postal-code', strong: 'code postal|cp' },
  { type: 'password', strong: 'mot de passe|mot secret|mdp' },
  {
    type: 'amount',
    strong:
      'euros|euro|dollars|centimes|pour cent|pourcent|minutes|heures|heure|secondes|jours|semaines|mois|ans|annees|kilometres|metres|kilos|grammes|degres|personnes|fois|unites|points|mille|millions|francs|salaries|clients|pages|actions',
    weak: 'chambre|vol|page|version|chapitre|porte|total|solde|prix|coute|montant|depuis|environ|etage|ligne|bus|quai|chaine',
  },
]

const hindi: readonly CueWords[] = [
  {
    type: 'card',
    strong:
      'card ka number|card ka nambar|card nambar|कार्ड नंबर|कार्ड नम्बर|कार्ड का नंबर|क्रेडिट कार्ड|डेबिट कार्ड|mera card|card hai|कार्ड है',
    weak: 'कार्ड|aakhri char|aakhri chaar|आखिरी चार|आखिरी डिजिट|last four',
  },
  { type: 'card-code', strong: 'सीवीवी|सी वी वी|peeche ke teen|पीछे|सिक्योरिटी कोड|teen ank' },
  { type: 'card-expiry', strong: 'एक्सपायरी|samapti' },
  { type: 'pin', strong: 'पिन|ओटीपी' },
  {
    type: 'national-id',
    detail: 'aadhaar',
    strong:
      'आधार|आधार नंबर|आधार कार्ड|aadhar card|aadhaar card|aadhaar ka number|adhar card|adhar number|aadhar ka number|aadhar nambar',
  },
  { type: 'national-id', detail: 'in-pan', strong: 'पैन|पैन कार्ड|पैन नंबर|pan ka number' },
  { type: 'national-id', strong: 'पासपोर्ट|लाइसेंस|voter id|वोटर आईडी' },
  { type: 'bank-routing', strong: 'आईएफएससी' },
  {
    type: 'bank-account',
    strong:
      'khata number|khaata number|khata sankhya|खाता संख्या|खाता नंबर|अकाउंट नंबर|account ka number|bank khata|बैंक खाता|khata|खाता|account nambar|khate ka number|खाते का नंबर',
    weak: 'अकाउंट',
  },
  {
    type: 'account',
    strong:
      'grahak sankhya|ग्राहक संख्या|पॉलिसी नंबर|policy ka number|ऑर्डर नंबर|customer nambar|pnr|policy nambar|order nambar|booking id|customer id|bill number|consumer number|khata id|upbhokta sankhya|policy sankhya|upbhokta kramank|kramank|anubandh|order ka number|shikayat number|complaint number|ticket ka number',
    weak: 'nambar|sankhya|नंबर|नम्बर|संख्या|आईडी',
  },
  {
    type: 'phone',
    strong:
      'फोन|फ़ोन|फोन नंबर|मोबाइल|मोबाइल नंबर|mobail|phone nambar|mera number|mera nambar|मेरा नंबर|sampark|संपर्क|call kar|कॉल|phone kar',
    weak: 'नंबर है|nambar hai|number hai',
  },
  {
    type: 'date-of-birth',
    strong:
      'janm tithi|janam tithi|janmdin|janamdin|janm|janam|जन्म|जन्म तिथि|जन्मतिथि|जन्मदिन|paida hua|paida hui|पैदा|date of birth|dob|janm tareekh|janam tarikh',
  },
  { type: 'postal-code', strong: 'पिन कोड|पिनकोड|pin code|pincode' },
  { type: 'password', strong: 'पासवर्ड' },
  {
    type: 'amount',
    strong:
      'rupaye|rupaya|rupees|rupay|रुपये|रुपए|रुपया|pratishat|प्रतिशत|minat|मिनट|ghante|घंटे|din|दिन|saal|साल|baje|बजे|log|लोग|kilo|किलो|baar|बार|mahine|महीने',
    weak: 'kamra|कमरा|kul|कुल',
  },
]

/** By language; the engine adds English to all, for callers mix. */
export const cueWords: Readonly<Record<Language, readonly CueWords[]>> = {
  en: english,
  es: spanish,
  de: german,
  fr: french,
  hi: hindi,
}
