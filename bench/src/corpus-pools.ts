import type { Language } from '@voxkeep/pii'

/** Where a sample's words come from: what recognisers were worked on with, or what is kept from them until figures are reported. */
export type Part = 'tuning' | 'held-out'

/** Words of one language that templates are filled with. */
export interface Pool {
  readonly given: readonly string[]
  readonly family: readonly string[]
  readonly street: readonly string[]
  readonly city: readonly string[]
  readonly organisation: readonly string[]
  readonly health: readonly string[]
}

const list = (words: string) => words.split(',').map((word) => word.trim())

/**
 * Written by hand, common and rare mixed as a call centre meets them; no name is in both parts. The held-out part was written before the
 * recognisers' lists and was not compared with them: what of it they know is what they would know of a stranger.
 */
export const pools: Readonly<Record<Part, Readonly<Record<Language, Pool>>>> = {
  tuning: {
    en: {
      given: list(
        'James,Mary,Robert,Linda,Michael,Patricia,Jennifer,William,Elizabeth,Barbara,Richard,Susan,Jessica,Thomas,Karen,Charles,Sarah,Daniel,Nancy,Ashley,Tyrone,Keisha,Priya,Wei,Omar,Svetlana,Malik,Siobhan,Hunter,Grace,Rose,Mark,Jo,Ravi,Fatima,Liam,Chloe,Rhys,Aisha,Giuseppe',
      ),
      family: list(
        'Smith,Johnson,Williams,Brown,Jones,Garcia,Miller,Davis,Rodriguez,Martinez,Hernandez,Lopez,Wilson,Anderson,Taylor,Moore,Jackson,White,Baker,Young,Okafor,Nguyen,Patel,Kowalski,O’Brien,Schwartz,Fitzgerald,Bianchi,Kaminski,Abernathy,Quigley,Whitfield,Penhaligon,Ostrander,Tranter,McAllister,Chaudhry,Van Buren,Stubbs,Featherstone',
      ),
      street: list(
        'Main,Oak,Maple,Cedar,Elm,Washington,Lake,Hill,Park,Jefferson,Church,Station,Victoria,Sunset,Walnut',
      ),
      city: list(
        'Springfield,Chicago,Houston,Phoenix,Dallas,Austin,Seattle,Denver,Boston,Nashville,Portland,Leeds,Manchester,Bristol,Dayton,Boise,Tulsa,Fresno,Mobile,Reading',
      ),
      organisation: list(
        'Acme Corporation,Northwind Traders,Wells Fargo,Blue Cross Blue Shield,Smith and Sons,Apex Logistics LLC,State Farm Insurance,Hamilton Medical Group,First National Bank,Riverside Dental Clinic,Globex Inc,Harper & Lowe LLP',
      ),
      health: list(
        'type 2 diabetes,high blood pressure,asthma,depression,breast cancer,heart attack,arthritis,metformin,lisinopril,hip replacement,hepatitis B,anxiety,migraines,pneumonia,chemotherapy,epilepsy,ibuprofen,appendectomy',
      ),
    },
    es: {
      given: list(
        'María,José,Antonio,Carmen,Manuel,Ana,Francisco,Laura,Javier,Isabel,Miguel,Lucía,Carlos,Marta,Pedro,Elena',
      ),
      family: list(
        'García,González,Rodríguez,Fernández,López,Martínez,Sánchez,Pérez,Gómez,Martín,Jiménez,Ruiz,Hernández,Díaz,Moreno,Álvarez,Muñoz,Iglesias',
      ),
      street: list('Mayor,Real,Nueva,del Sol,de la Iglesia,San Juan,Gran Vía,de Alcalá'),
      city: list('Madrid,Barcelona,Valencia,Sevilla,Zaragoza,Málaga,Bilbao,Alicante'),
      organisation: list('Banco Santander,Telefónica,Seguros Mapfre,Construcciones Ruiz S.L.'),
      health: list(
        'diabetes,hipertensión,asma,cáncer de mama,depresión,artritis,ibuprofeno,operación de rodilla',
      ),
    },
    de: {
      given: list(
        'Anna,Peter,Michael,Sabine,Thomas,Monika,Andreas,Petra,Stefan,Claudia,Jürgen,Ursula,Wolfgang,Julia,Markus,Heike',
      ),
      family: list(
        'Müller,Schmidt,Schneider,Fischer,Weber,Meyer,Wagner,Becker,Schulz,Hoffmann,Koch,Bauer,Richter,Klein,Wolf,Schröder,Neumann,Schwarz',
      ),
      street: list(
        'Hauptstraße,Bahnhofstraße,Gartenweg,Schulstraße,Lindenallee,Berliner Straße,Am Markt,Goethestraße',
      ),
      city: list('Berlin,Hamburg,München,Köln,Frankfurt,Stuttgart,Leipzig,Dresden'),
      organisation: list('Deutsche Bank,Allianz Versicherung,Müller Bau GmbH,Siemens AG'),
      health: list('Diabetes,Bluthochdruck,Asthma,Brustkrebs,Depressionen,Arthrose,Ibuprofen,Knieoperation'),
    },
    fr: {
      given: list(
        'Marie,Jean,Pierre,Michel,Nathalie,Philippe,Isabelle,Nicolas,Catherine,Laurent,Sophie,Julien,Céline,Thomas,Camille,Hugo',
      ),
      family: list(
        'Martin,Bernard,Dubois,Thomas,Robert,Petit,Durand,Leroy,Moreau,Simon,Laurent,Lefebvre,Michel,Roux,Fournier,Girard',
      ),
      street: list(
        'de la République,Victor Hugo,de la Paix,du Moulin,Jean Jaurès,des Écoles,de l’Église,Pasteur',
      ),
      city: list('Paris,Lyon,Marseille,Toulouse,Nice,Nantes,Bordeaux,Lille'),
      organisation: list('Crédit Agricole,Société Générale,Assurances Dupont SARL,Clinique Saint-Jean'),
      health: list(
        'diabète,hypertension,asthme,cancer du sein,dépression,arthrose,paracétamol,opération du genou',
      ),
    },
    hi: {
      given: list('Rahul,Priya,Amit,Sunita,Rajesh,Pooja,Vijay,Anita,Sanjay,Neha,Suresh,Kavita'),
      family: list('Sharma,Verma,Gupta,Singh,Kumar,Patel,Mehta,Joshi,Agarwal,Mishra,Yadav,Reddy'),
      street: list('Gandhi Nagar,Mahatma Gandhi Marg,Nehru Road,Lajpat Nagar'),
      city: list('Delhi,Mumbai,Pune,Jaipur,Lucknow,Kanpur,Nagpur,Indore'),
      organisation: list('State Bank of India,Tata Motors,Infosys'),
      health: list('diabetes,high BP,dama,bukhar,thyroid,kidney stone'),
    },
  },
  'held-out': {
    en: {
      given: list(
        'David,Joseph,Christopher,Margaret,Sandra,Anthony,Donna,Kevin,Michelle,Brian,Amanda,Ronald,Melissa,Timothy,Deborah,Jason,Stephanie,Jeffrey,Rebecca,Ryan,Sharon,Gary,Cynthia,Nicholas,Kathleen,Eric,Amy,Jonathan,Angela,Stephen,Shaniqua,DeShawn,Padma,Xiaoming,Yusuf,Oksana,Jamal,Aoife,Chase,Faith,Will,Joy,Dinesh,Leila,Callum,Imogen,Dafydd,Zainab,Luca,Bronwyn',
      ),
      family: list(
        'Thompson,Harris,Martin,Clark,Lewis,Robinson,Walker,Allen,King,Wright,Scott,Torres,Hill,Green,Adams,Nelson,Hall,Rivera,Campbell,Mitchell,Carter,Roberts,Achebe,Tran,Krishnamurthy,Wojciechowski,O’Sullivan,Goldstein,Fitzpatrick,Esposito,Novak,Abercrombie,Quimby,Whitlock,Trelawney,Vanderbeek,Thackeray,McGillicuddy,Qureshi,De Souza,Stokes,Fothergill,Lindqvist,Papadopoulos,Zielinski,Byrd,Pruitt,Dalrymple,Rutherford,Hathaway',
      ),
      street: list(
        'Pine,Chestnut,Willow,Birch,Lincoln,Madison,River,Spring,Highland,Franklin,Mill,Queens,Meadow,Hickory,Magnolia,Ridge,Kensington,Orchard,Peachtree,Sycamore',
      ),
      city: list(
        'Columbus,Philadelphia,San Antonio,San Diego,Jacksonville,Fort Worth,Charlotte,Indianapolis,Memphis,Baltimore,Milwaukee,Albuquerque,Tucson,Sacramento,Omaha,Raleigh,Birmingham,Liverpool,Sheffield,Cardiff,Eugene,Buffalo,Peoria,Tallahassee,Winnetka',
      ),
      organisation: list(
        'Initech Corporation,Fabrikam Limited,Bank of America,Kaiser Permanente,Johnson and Daughters,Summit Freight Inc,Liberty Mutual Insurance,Oakwood Medical Center,Second Savings Bank,Lakeside Family Clinic,Umbrella Holdings LLC,Barlow & Finch LLP,Midland University,Pinnacle Credit Union',
      ),
      health: list(
        'type 1 diabetes,high cholesterol,COPD,bipolar disorder,lung cancer,stroke,osteoporosis,atorvastatin,amoxicillin,knee replacement,HIV,schizophrenia,psoriasis,bronchitis,dialysis,multiple sclerosis,insulin,colonoscopy,sertraline,kidney failure,gabapentin,endometriosis',
      ),
    },
    es: {
      given: list(
        'Pilar,Juan,Luis,Rosa,Ángel,Cristina,Rafael,Beatriz,Fernando,Silvia,Alberto,Rocío,Sergio,Nuria,Pablo,Inés',
      ),
      family: list(
        'Romero,Navarro,Torres,Domínguez,Vázquez,Ramos,Gil,Ramírez,Serrano,Blanco,Molina,Morales,Suárez,Ortega,Delgado,Castro,Echeverría,Zubiri',
      ),
      street: list('Ancha,del Carmen,de la Paz,San José,Cervantes,de Goya,de la Constitución,del Prado'),
      city: list('Murcia,Palma,Córdoba,Valladolid,Vigo,Granada,Santander,Pamplona'),
      organisation: list('Banco Sabadell,Iberdrola,Seguros Ocaso,Transportes Vega S.A.'),
      health: list(
        'migraña,colesterol alto,bronquitis,cáncer de pulmón,ansiedad,osteoporosis,paracetamol,operación de cadera',
      ),
    },
    de: {
      given: list(
        'Maria,Hans,Christian,Karin,Martin,Susanne,Klaus,Birgit,Frank,Nicole,Uwe,Renate,Dieter,Katharina,Sebastian,Silke',
      ),
      family: list(
        'Zimmermann,Braun,Krüger,Hartmann,Lange,Werner,Krause,Lehmann,Köhler,Maier,Huber,Kaiser,Fuchs,Lang,Vogel,Jung,Grabowski,Öztürk',
      ),
      street: list(
        'Dorfstraße,Kirchstraße,Birkenweg,Ringstraße,Kastanienallee,Münchner Straße,Am Bahnhof,Schillerstraße',
      ),
      city: list('Düsseldorf,Dortmund,Essen,Bremen,Hannover,Nürnberg,Duisburg,Bochum'),
      organisation: list('Commerzbank,Ergo Versicherung,Weber Logistik GmbH,Bosch AG'),
      health: list(
        'Migräne,Cholesterin,Bronchitis,Lungenkrebs,Angststörung,Osteoporose,Paracetamol,Hüftoperation',
      ),
    },
    fr: {
      given: list(
        'Jacques,Sylvie,Alain,Martine,Patrick,Christine,Olivier,Sandrine,Christophe,Véronique,Mathieu,Aurélie,Antoine,Manon,Lucas,Inès',
      ),
      family: list(
        'Bonnet,Dupont,Lambert,Fontaine,Rousseau,Vincent,Muller,Faure,Mercier,Blanc,Guérin,Boyer,Garnier,Chevalier,Legrand,Benali',
      ),
      street: list('de la Gare,Émile Zola,de la Liberté,du Château,Gambetta,des Lilas,de l’Abbaye,Voltaire'),
      city: list('Strasbourg,Montpellier,Rennes,Reims,Grenoble,Dijon,Angers,Nîmes'),
      organisation: list('Banque Populaire,Orange,Transports Leclerc SARL,Clinique Sainte-Anne'),
      health: list(
        'migraine,cholestérol,bronchite,cancer du poumon,anxiété,ostéoporose,ibuprofène,opération de la hanche',
      ),
    },
    hi: {
      given: list('Arjun,Deepika,Manoj,Geeta,Ashok,Swati,Ramesh,Meena,Vikram,Ritu,Anil,Shalini'),
      family: list('Chauhan,Pandey,Jain,Malhotra,Chopra,Kapoor,Nair,Iyer,Saxena,Tiwari,Bhatia,Desai'),
      street: list('Subhash Nagar,Tilak Marg,Station Road,Patel Nagar'),
      city: list('Bhopal,Patna,Surat,Agra,Varanasi,Chennai,Kolkata,Hyderabad'),
      organisation: list('HDFC Bank,Reliance Industries,Wipro'),
      health: list('asthma,sugar ki bimari,tuberculosis,dengue,malaria,heart attack'),
    },
  },
}
