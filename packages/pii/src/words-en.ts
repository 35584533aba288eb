import type { NumberWords } from './words.ts'

export const englishNumbers: NumberWords = {
  units:
    'zero:0 oh:0 o:0 nought:0 naught:0 nil:0 aught:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 niner:9 fife:5',
  teens:
    'ten:10 eleven:11 twelve:12 thirteen:13 fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19',
  tens: 'twenty:20 thirty:30 forty:40 fourty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90',
  hundred: 'hundred:100 hundreds:100',
  thousand: 'thousand:1000',
  million: 'million:1000000 billion:1000000000',
  times: 'double:2 triple:3 treble:3 quadruple:4',
  noise:
    'for:4 fore:4 to:2 too:2 ate:8 won:1 tree:3 free:3 sex:6 sicks:6 nein:9 fiver:5 nien:9 hate:8 tu:2 owe:0 ow:0',
  links: {
    and: 'and',
    filler:
      'uh um umm uhm uhh erm mm er erm hmm hm ah mm mhm then okay ok like so well right yeah comma pause next',
    dash: 'dash hyphen minus',
    dot: 'dot point period',
    slash: 'slash',
    space: 'space',
    plus: 'plus',
    correction: 'no sorry mean rather correction actually wait make apologies oops pardon',
    restart: 'scratch over again restart strike',
  },
  pauses:
    'you know|let me see|let me think|let me check|let me look|hang on|hang on a second|hold on|hold on a second|one second|one moment|just a second|just a moment|a second|i think|bear with me|give me a second|give me a moment|wait a second|wait a minute|where is it|what is it|sort of|i guess|i believe',
  months:
    'january:1 february:2 march:3 april:4 may:5 june:6 july:7 august:8 september:9 october:10 november:11 december:12 jan:1 feb:2 mar:3 apr:4 jun:6 jul:7 aug:8 sep:9 sept:9 oct:10 nov:11 dec:12',
  ordinals:
    'first:1 second:2 third:3 fourth:4 fifth:5 sixth:6 seventh:7 eighth:8 ninth:9 tenth:10 eleventh:11 twelfth:12 thirteenth:13 fourteenth:14 fifteenth:15 sixteenth:16 seventeenth:17 eighteenth:18 nineteenth:19 twentieth:20 thirtieth:30',
  letters:
    'alpha:a alfa:a bravo:b charlie:c delta:d echo:e foxtrot:f golf:g hotel:h india:i juliet:j juliett:j kilo:k lima:l mike:m november:n oscar:o papa:p quebec:q romeo:r sierra:s tango:t uniform:u victor:v whiskey:w whisky:w xray:x yankee:y zulu:z bee:b cee:c see:c dee:d eff:f gee:g aitch:h jay:j kay:k el:l ell:l em:m en:n pee:p cue:q queue:q are:r ar:r ess:s tea:t tee:t you:u vee:v ex:x why:y wye:y zee:z zed:z',
}
