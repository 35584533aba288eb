import type { NumberWords } from './words.ts'

export const frenchNumbers: NumberWords = {
  units: 'zero:0 un:1 une:1 deux:2 trois:3 quatre:4 cinq:5 six:6 sept:7 huit:8 neuf:9',
  teens: 'dix:10 onze:11 douze:12 treize:13 quatorze:14 quinze:15 seize:16',
  tens: 'vingt:20 vingts:20 trente:30 quarante:40 cinquante:50 soixante:60 septante:70 huitante:80 octante:80 nonante:90',
  hundred: 'cent:100 cents:100',
  thousand: 'mille:1000 mil:1000',
  million: 'million:1000000 millions:1000000',
  times: 'double:2 triple:3',
  noise: 'cette:7 set:7 neufs:9 sis:6 katre:4',
  links: {
    and: 'et',
    filler: 'euh heu hum bah hein bon attendez ben alors puis ensuite voila oui ok virgule',
    dash: 'tiret moins',
    dot: 'point',
    slash: 'slash barre',
    space: 'espace',
    plus: 'plus',
    correction: 'non pardon desole desolee plutot dire attendez erreur rectification',
    restart: 'recommence reprends annule',
  },
  pauses:
    'un moment|un instant|une seconde|attendez voir|je regarde|je crois|je pense|voyons voir|c est ca|si je me souviens',
  months:
    'janvier:1 fevrier:2 mars:3 avril:4 mai:5 juin:6 juillet:7 aout:8 septembre:9 octobre:10 novembre:11 decembre:12',
  ordinals: 'premier:1 1er:1',
  letters:
    'be:b ce:c de:d effe:f ge:g ache:h ji:j ka:k elle:l emme:m enne:n pe:p ku:q erre:r esse:s te:t ve:v ixe:x igrec:y zede:z',
}
