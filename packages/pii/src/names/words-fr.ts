import type { NameWords } from './words.ts'

export const frenchNames: NameWords = {
  stop: 'à au aux avec c ce ces cet cette ceux chez d dans de des donc dont du elle elles en est et était étais été être eux il ils j je l la le les leur leurs lui m ma mais me mes moi mon n ne ni nos notre nous on ont ou où par pas pour qu que quel quelle qui s sa sans se ses si sommes son sont suis sur t ta te tes toi ton tu un une vos votre vous y ai as a avait avez avons ont ici là oui non',
  common:
    'bonjour bonsoir merci monsieur madame mademoiselle allô appelle appeler appelez rappeler appel téléphone portable numéro carte bancaire compte client code postal courriel mail adresse rue nom prénom famille date naissance né née habite habitons travaille travaillais facture commande commandé reçu paiement payer euros argent banque assurance virement livraison donne donner écrivez voudrais veux veut peux pouvez peut parler parle savoir dire dit dites médecin hôpital maladie opération diagnostiqué problème aide aider service mari femme fils fille mère père frère soeur ami amie expire attends attendez instant moment minute minutes heure heures jour jours semaine mois an ans année total prélevé dernier quand arrive plaît appareil aujourd hui demain hier toujours jamais bien très alors voilà bah euh cela fait ça va faut tout tous même aussi comme plus moins après avant depuis encore déjà rendez',
  fillers: 'euh bah ben hein',
  numbers:
    'zéro un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts trente quarante cinquante soixante septante huitante octante nonante cent cents mille double triple et',
  titles: 'monsieur,madame,mademoiselle,m,mme,mlle,docteur,dr,maître,professeur',
  connectors: 'de du des la le d l van von',
  nameCues:
    'je m appelle,mon nom est,mon nom c est,mon nom de famille est,mon prénom est,le nom est,nom est,au nom de,il s appelle,elle s appelle,s appelle,nom,de la part de,parler à,parler avec,je parle à',
  nameHints:
    'ici,c est,je suis,bonjour,bonsoir,merci,oui,avec,ma femme,mon mari,mon fils,ma fille,ma mère,mon père,mon frère,ma soeur,pour,de,à',
  afterName: 'à l appareil,au téléphone,bonjour,et',
  spellCues: 's écrit,j épelle,épelle',
  placeCues: 'j habite à,habite à,habitons à,vis à,né à,née à,viens de,j appelle de,déménagé à',
  placeHints: 'à de vers en près',
  firmCues:
    'travaille chez,travaille pour,travaillais chez,employé chez,employée chez,la société,société,entreprise,client chez,assuré chez',
  firmEnds: 'sarl sa sas eurl sasu',
  firmWords:
    'banque crédit assurances clinique hôpital université transports groupe société école mutuelle caisse',
  addressCues:
    'j habite au,j habite,habite au,habite,habitons,mon adresse est,mon adresse c est,adresse est,l adresse de livraison est,adresse de livraison est,livrer au,livrez au,nous sommes au,je suis au,domicilié au',
  streetAfter: '',
  streetBefore:
    'rue avenue av boulevard bd place chemin allée impasse quai cours route square passage sentier ruelle esplanade faubourg',
  streetEnds: '',
  directions: 'nord sud est ouest',
  units: 'appartement appt étage bâtiment bât escalier porte bis ter',
  inTown: 'à',
  states: '',
  known:
    'lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août septembre octobre novembre décembre visa mastercard iban rib gmail outlook yahoo icloud proton web com arobase point',
}
