import type { Language, PiiType } from '@voxkeep/pii'
import { digitNames } from './corpus-number-words.ts'
import type { Dice } from './corpus-random.ts'

/** A word of a sample before its place in the text is known. */
export interface Piece {
  readonly text: string
  /** Which of the sample's labels it belongs to. */
  readonly label?: number
  /** It need not be found: a filler within a number. */
  readonly filler?: true
}

const fillers: Readonly<Record<Language, readonly string[]>> = {
  en: ['uh', 'um', 'er', 'let me see', 'you know'],
  es: ['eh', 'este', 'a ver', 'pues'],
  de: ['äh', 'ähm', 'also', 'moment'],
  fr: ['euh', 'alors', 'bah', 'attendez'],
  hi: ['matlab', 'umm', 'ek minute', 'haan'],
}
const corrections: Readonly<Record<Language, readonly string[]>> = {
  en: ['no sorry', 'sorry', 'i mean', 'no wait'],
  es: ['no perdón', 'perdón'],
  de: ['nein entschuldigung', 'äh nein', 'quatsch'],
  fr: ['non pardon', 'pardon'],
  hi: ['nahi sorry', 'sorry'],
}
/** What recognisers of English write for a digit now and then. */
const homophones: Readonly<Record<string, readonly string[]>> = {
  two: ['to', 'too'],
  four: ['for'],
  one: ['won'],
  eight: ['ate'],
}

/** Types whose words are digits: hesitation and correction are put between them. */
const numeric: ReadonlySet<PiiType> = new Set<PiiType>([
  'card',
  'ssn',
  'phone',
  'iban',
  'account',
  'bank-account',
  'bank-routing',
  'card-code',
  'pin',
  'national-id',
  'postal-code',
])

/** Shares of samples that each kind of noise falls on. */
const shares = { filler: 0.25, within: 0.2, repeated: 0.1, corrected: 0.08, homophone: 0.06 }

/**
 * What a telephone and a recogniser of speech do to a sentence: lower case and no punctuation, fillers, a word said twice, a digit
 * corrected, a digit heard as its homophone.
 */
export function asHeard(
  pieces: readonly Piece[],
  types: readonly PiiType[],
  language: Language,
  dice: Dice,
): Piece[] {
  let heard = pieces.map(lowered).filter(({ text }) => text !== '')
  const digits = () =>
    heard.flatMap(({ label, text }, at) =>
      label !== undefined && numeric.has(types[label] ?? 'custom') && isDigitName(text, language) ? [at] : [],
    )
  const insert = (at: number, more: readonly Piece[]) => {
    heard = [...heard.slice(0, at), ...more, ...heard.slice(at)]
  }
  if (dice.chance(shares.filler)) insert(0, filler(language, dice))
  const inner = digits().filter((at) => heard[at]?.label === heard[at + 1]?.label)
  if (inner.length > 0 && dice.chance(shares.within)) {
    const at = dice.pick(inner)
    insert(at + 1, filler(language, dice, heard[at]?.label))
  }
  if (inner.length > 2 && dice.chance(shares.corrected)) insertCorrection(dice.pick(digits()))
  const plain = heard.flatMap(({ label }, at) => (label === undefined ? [at] : []))
  if (plain.length > 0 && dice.chance(shares.repeated)) {
    const at = dice.pick(plain)
    insert(at, [heard[at] ?? { text: '' }])
  }
  if (language === 'en' && dice.chance(shares.homophone)) {
    const at = digits().find((place) => homophones[heard[place]?.text ?? ''] !== undefined)
    if (at !== undefined) heard[at] = misheard(heard[at] ?? { text: '' }, dice)
  }
  return heard

  function insertCorrection(at: number) {
    const right = heard[at]
    if (right?.label === undefined) return
    const { label } = right
    const wrong = dice.pick(digitNames[language].map(([name]) => name ?? ''))
    const sorry = dice.pick(corrections[language])
    insert(at, [
      { text: wrong, label },
      ...sorry.split(' ').map((text) => ({ text, label, filler: true as const })),
    ])
  }
}

function lowered(piece: Piece): Piece {
  const text = piece.text.replace('\u0000', '').toLowerCase()
  // A number that the recogniser wrote in figures keeps what is inside of it, as `04/12/1990` and `john@web.com` do.
  const bare = text.replace(/^[^\p{L}\p{N}+(]+|[^\p{L}\p{N}]+$/gu, '')
  return { ...piece, text: /\d|@/.test(bare) ? bare : bare.replaceAll('’', "'") }
}

function isDigitName(text: string, language: Language): boolean {
  return digitNames[language].some((names) => names.includes(text))
}

function filler(language: Language, dice: Dice, label?: number): Piece[] {
  return dice
    .pick(fillers[language])
    .split(' ')
    .map((text) => (label === undefined ? { text } : { text, label, filler: true }))
}

function misheard(piece: Piece, dice: Dice): Piece {
  return { ...piece, text: dice.pick(homophones[piece.text] ?? [piece.text]) }
}
