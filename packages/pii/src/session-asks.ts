import type { Analysis } from './analysis.ts'
import type { CueType } from './cue-words.ts'
import type { PiiType } from './contract.ts'

/** Somebody was asked for something, or will say it again. */
export interface Ask {
  /** Who answers; `undefined`: everybody but `by`. */
  readonly party: string | undefined
  readonly by: string | undefined
  readonly type: PiiType
  readonly atMs: number
  readonly untilMs: number
  /** Not asked: it may be read back. The latest such takes the place of the one before. */
  readonly again?: true
}

/** Words that stand in an answer's text for the question that it answers. */
const phrases: Readonly<Partial<Record<PiiType, string>>> = {
  card: 'card number is',
  'card-code': 'security code is',
  'card-expiry': 'expiry date is',
  pin: 'pin is',
  password: 'password is',
  iban: 'iban is',
  'bank-account': 'account number is',
  'bank-routing': 'routing number is',
  ssn: 'social security number is',
  'national-id': 'national id is',
  'date-of-birth': 'date of birth is',
  phone: 'phone number is',
  email: 'email address is',
  'postal-code': 'zip code is',
  account: 'customer number is',
  person: 'my name is',
  address: 'my address is',
}

export function phraseOf(type: PiiType): string | undefined {
  return phrases[type]
}

/** Words that make a sentence a question or a request, in all languages. */
const requests = new Set(
  'can could may would what whats which give tell read need please confirm verify provide have get repeat again say spell ask puede podria cual dime digame deme necesito favor confirme confirmar repetir konnen konnten sagen nennen geben brauche bitte wie lautet bestatigen welche wiederholen pouvez pourriez quel quelle donnez donner dites besoin plait confirmer repeter kya bataiye batao boliye chahiye dijiye kripya बताइए बताओ दीजिए क्या चाहिए बोलिए'.split(
    ' ',
  ),
)

/** How people ask for what no words stand beside when it is said. */
const questions: readonly (readonly [PiiType, string])[] = [
  [
    'person',
    'your name|full name|first name|last name|surname|family name|maiden name|middle name|who am i speaking|who am i talking|who is calling|whos calling|may i ask who|name please|name on the account|name on the card|spell your|cardholder|what name|whose name|and you are|su nombre|nombre completo|apellido|apellidos|como se llama|con quien hablo|quien llama|ihr name|ihren namen|ihren vornamen|nachname|nachnamen|vorname|wie heissen sie|mit wem spreche|wer ist am|votre nom|votre prenom|nom de famille|comment vous appelez|qui est a l appareil|a qui ai je|aapka naam|apka naam|aapka shubh naam|pura naam|poora naam|naam bataiye|आपका नाम|नाम बताइए|पूरा नाम',
  ],
  [
    'address',
    'your address|billing address|mailing address|home address|street address|full address|shipping address|delivery address|current address|postal address|where do you live|address on file|the address|su direccion|direccion completa|su domicilio|donde vive|ihre adresse|ihre anschrift|anschrift|wo wohnen sie|rechnungsadresse|votre adresse|adresse complete|ou habitez|adresse de facturation|aapka pata|apka pata|pata bataiye|आपका पता|पता बताइए',
  ],
  [
    'email',
    'your email|email address|e mail address|email please|e mail|your mail|su correo|correo electronico|ihre mail|ihre e mail|mailadresse|emailadresse|votre mail|votre email|adresse mail|adresse email|courriel|aapka email|email id|ईमेल',
  ],
]

function questionsIn(analysis: Analysis): PiiType[] {
  const words = ` ${analysis.scan.tokens.map((token) => token.plain.replace("'", '')).join(' ')} `
  return questions
    .filter(([, phrases]) => phrases.split('|').some((phrase) => words.includes(` ${phrase} `)))
    .map(([type]) => type)
}

/** The types that a sentence asks for: those that it names, if it is a question or a request. */
export function askedFor(analysis: Analysis): PiiType[] {
  const { scan, cues } = analysis
  const isRequest = scan.text.includes('?') || scan.tokens.some(({ plain }) => requests.has(plain))
  const asked = questionsIn(analysis)
  const isShort = scan.tokens.length < 10 && (cues.at(-1)?.to ?? 0) > scan.tokens.length - 3 // "and your social", "expiry date"
  if (!isRequest && !isShort && !(asked.length > 0 && scan.tokens.length < 12)) return []
  const types = cues.filter((cue) => cue.mark.strong).map((cue) => cue.mark.type)
  return [...new Set<CueType>([...types, ...asked])].filter(
    (type: CueType): type is PiiType => type !== 'amount' && phraseOf(type) !== undefined,
  )
}

const mostAsks = 32

export function addAsk(asks: Ask[], ask: Ask): void {
  const at = asks.findIndex(
    ({ party, by, type, again }) =>
      party === ask.party && by === ask.by && type === ask.type && again === ask.again,
  )
  if (at >= 0 && ask.again === true) asks.splice(at, 1)
  else if (at >= 0 && (asks[at]?.atMs ?? 0) >= ask.atMs - 1_000) return
  asks.push(ask)
  if (asks.length > mostAsks) asks.shift()
}

/** What `party` was asked for between two of its words. */
export function askBetween(
  asks: readonly Ask[],
  party: string,
  fromMs: number,
  toMs: number,
): Ask | undefined {
  return asks.findLast(
    (ask) =>
      (ask.party === undefined ? ask.by !== party : ask.party === party) &&
      ask.atMs > fromMs &&
      ask.atMs <= toMs &&
      toMs <= ask.untilMs,
  )
}
