import type { NumberWords } from './words.ts'

const unit = ['', 'ein', 'zwei', 'drei', 'vier', 'funf', 'sechs', 'sieben', 'acht', 'neun']
const tens = ['', '', 'zwanzig', 'dreissig', 'vierzig', 'funfzig', 'sechzig', 'siebzig', 'achtzig', 'neunzig']

/** 21 to 99, as one word: the unit comes first. */
function inverted(): string {
  const words: string[] = []
  for (let ten = 2; ten < 10; ten += 1)
    for (let one = 1; one < 10; one += 1) words.push(`${unit[one]}und${tens[ten]}:${ten * 10 + one}`)
  return (
    words.join(' ') +
    words
      .filter((word) => word.startsWith('zwei'))
      .map((word) => ` ${word.replace('zwei', 'zwo')}`)
      .join('')
  )
}

function hundreds(): string {
  return unit.map((name, at) => (at === 0 ? 'einhundert:100' : `${name}hundert:${at * 100}`)).join(' ')
}

function ordinals(): string {
  const low =
    'erste:1 zweite:2 dritte:3 vierte:4 funfte:5 sechste:6 siebte:7 siebente:7 achte:8 neunte:9 zehnte:10 elfte:11 zwolfte:12 dreizehnte:13 vierzehnte:14 funfzehnte:15 sechzehnte:16 siebzehnte:17 achtzehnte:18 neunzehnte:19 zwanzigste:20 dreissigste:30'
  const words = low.split(' ')
  for (const ten of [2, 3])
    for (let one = 1; one < (ten === 2 ? 10 : 2); one += 1)
      words.push(`${unit[one]}und${tens[ten]}ste:${ten * 10 + one}`)
  return words.flatMap((word) => [word, word.replace(':', 'n:'), word.replace(':', 'r:')]).join(' ')
}

export const germanNumbers: NumberWords = {
  units:
    'null:0 ein:1 eins:1 eine:1 zwei:2 zwo:2 drei:3 vier:4 funf:5 fuenf:5 sechs:6 sieben:7 acht:8 neun:9',
  teens:
    'zehn:10 elf:11 zwolf:12 zwoelf:12 dreizehn:13 vierzehn:14 funfzehn:15 fuenfzehn:15 sechzehn:16 siebzehn:17 achtzehn:18 neunzehn:19',
  tens: 'zwanzig:20 dreissig:30 vierzig:40 funfzig:50 fuenfzig:50 sechzig:60 siebzig:70 achtzig:80 neunzig:90',
  wholes: inverted(),
  hundreds: hundreds(),
  hundred: 'hundert:100',
  thousand: 'tausend:1000',
  million: 'million:1000000 millionen:1000000',
  times: 'doppel:2 doppelt:2 zweimal:2 dreimal:3 dreifach:3',
  noise: 'fier:4 zwoo:2',
  links: {
    and: 'und',
    filler: 'ah ahm moment naja aeh aehm ehm hm also dann ja okay ok komma so',
    dash: 'strich bindestrich minus',
    dot: 'punkt',
    slash: 'schragstrich slash',
    space: 'leerzeichen',
    plus: 'plus',
    correction: 'nein sorry entschuldigung meine moment halt quatsch korrektur verzeihung falsch',
    restart: 'nochmal vorne neu',
  },
  pauses:
    'einen moment|moment mal|einen augenblick|warten sie|mal sehen|sagen wir|eine sekunde|wie war das|ich glaube|ich schau mal',
  months:
    'januar:1 janner:1 februar:2 marz:3 maerz:3 april:4 mai:5 juni:6 juli:7 august:8 september:9 oktober:10 november:11 dezember:12',
  ordinals: ordinals(),
  letters:
    'anton:a berta:b casar:c dora:d emil:e friedrich:f gustav:g heinrich:h ida:i julius:j kaufmann:k ludwig:l martha:m nordpol:n otto:o paula:p quelle:q richard:r samuel:s siegfried:s theodor:t ulrich:u viktor:v wilhelm:w xanthippe:x ypsilon:y zacharias:z ce:c de:d ef:f ge:g ha:h jot:j ka:k el:l em:m en:n pe:p ku:q er:r es:s te:t vau:v we:w ix:x zett:z zet:z be:b',
}
