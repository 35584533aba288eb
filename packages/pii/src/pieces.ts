import { ibanLength } from './iban.ts'
import { numeralAt, type Reading } from './numerals.ts'
import { allDigits } from './national.ts'
import { afterPauses } from './pauses.ts'
import { allCapitals, digitsOnly, hasDigit, loose } from './scan.ts'
import type { Link } from './words.ts'

/** What stands between a piece and the one before it. */
export type Join = 'space' | 'dash' | 'comma' | 'stop' | 'dot' | 'slash' | 'colon' | 'mixed' | 'line' | Link

/** One number or group of letters in a run. */
export interface Piece {
  /** Digits, or letters and digits in upper case. */
  readonly text: string
  readonly apart: string | undefined
  readonly digits: boolean
  readonly spoken: boolean
  readonly quantity: boolean
  readonly join: Join
  /** Tokens, `from` up to `to`. */
  readonly from: number
  readonly to: number
}

export function single(reading: Reading, at: number): string | undefined {
  const plain = reading.scan.tokens[at]?.plain
  if (plain === undefined || plain.length !== 1) return undefined
  if (reading.lexicon.language === 'fr' && reading.scan.gaps[at + 1] === 39) return undefined // elided: `s'il`
  const code = plain.charCodeAt(0)
  return code > 96 && code < 123 ? plain.toUpperCase() : undefined
}

export function letterName(reading: Reading, at: number): string | undefined {
  return single(reading, at) ?? reading.entries[at]?.letter?.toUpperCase()
}

/** `4th`, `10am`, `5kg`: a number with a unit is neither digits nor an identifier. */
function hasUnit(plain: string, capitals: boolean): boolean {
  let digits = 0
  while (digits < plain.length && plain.charCodeAt(digits) < 58) digits += 1
  if (digits === 0 || digits > 4 || capitals) return false
  for (let at = digits; at < plain.length; at += 1) if (plain.charCodeAt(at) < 58) return false
  return true
}

function mixedPiece(
  reading: Reading,
  at: number,
  join: Join,
  previous: Piece | undefined,
): Piece | undefined {
  const token = reading.scan.tokens[at]
  const kind = reading.scan.kinds[at] ?? 0
  if (token === undefined || token.plain.length > 40) return undefined
  if ((kind & hasDigit) === 0 || (kind & digitsOnly) !== 0) return undefined
  if (hasUnit(token.plain, (kind & allCapitals) !== 0) && (previous === undefined || previous.digits))
    return undefined
  return letters(token.plain.toUpperCase(), at, at + 1, join, false)
}

/** `3560x4587`: the end of a telephone number, and its extension. */
function extensionPiece(reading: Reading, at: number, join: Join): Piece | undefined {
  const plain = reading.scan.tokens[at]?.plain ?? ''
  const cross = plain.indexOf('x')
  if (cross < 2 || plain.length > 16) return undefined
  const text = plain.slice(0, cross)
  if (!allDigits(text) || !allDigits(plain.slice(cross + 1))) return undefined
  return { text, apart: undefined, digits: true, spoken: false, quantity: false, join, from: at, to: at + 1 }
}

function letters(text: string, from: number, to: number, join: Join, spoken: boolean): Piece {
  return { text, apart: undefined, digits: false, spoken, quantity: false, join, from, to }
}

/** What stands between a letter and the word that spells it. */
export const spellingWords: ReadonlySet<string> = new Set(['as', 'wie', 'comme', 'como', 'for', 'like', 'de'])

/** `W as in whiskey`, `B for bravo`: the token behind it. */
function spelling(reading: Reading, at: number, letter: string): number {
  const { tokens } = reading.scan
  const first = tokens[at]?.plain
  let next = at
  if (first !== undefined && spellingWords.has(first)) next += 1
  if (next === at) return at
  if (tokens[next]?.plain === 'in') next += 1
  const word = tokens[next]?.plain ?? ''
  return word.length > 2 && word.startsWith(letter.toLowerCase()) ? next + 1 : at
}

/** Letters count only beside other letters or digits: `previous` says whether the run has begun. */
/** `double you`, or a letter. */
function isLetterNext(reading: Reading, at: number): boolean {
  if (letterName(reading, at) !== undefined) return true
  const next = reading.scan.tokens[at + 1]?.plain
  return reading.entries[at]?.number?.kind === 'times' && (next === 'u' || next === 'you')
}

function letterPiece(
  reading: Reading,
  at: number,
  join: Join,
  previous: Piece | undefined,
): Piece | undefined {
  const token = reading.scan.tokens[at]
  if (token === undefined) return undefined
  const kind = reading.scan.kinds[at] ?? 0
  if (reading.entries[at]?.number?.kind === 'times' && reading.entries[at]?.number?.value === 2) {
    const next = reading.scan.tokens[at + 1]?.plain
    if (next === 'u' || next === 'you') return letters('W', at, at + 2, join, true)
    const doubled = single(reading, at + 1)
    return doubled === undefined ? undefined : letters(doubled + doubled, at, at + 2, join, true)
  }
  const letter = single(reading, at)
  if (letter !== undefined) return letters(letter, at, spelling(reading, at + 1, letter), join, true)
  if ((kind & allCapitals) !== 0 && token.plain.length < 7) {
    const near = previous !== undefined || ((reading.scan.kinds[at + 1] ?? 0) & hasDigit) !== 0
    return near ? letters(token.plain.toUpperCase(), at, at + 1, join, false) : undefined
  }
  if (previous === undefined ? isPrefix(reading, at) : isBankCode(reading, at, previous))
    return letters(token.plain.toUpperCase(), at, at + 1, join, false)
  const name = reading.entries[at]?.letter
  const beside = (previous !== undefined && !previous.digits) || isLetterNext(reading, at + 1)
  return name !== undefined && beside ? letters(name.toUpperCase(), at, at + 1, join, true) : undefined
}

/** `ac-670312704`. */
function isPrefix(reading: Reading, at: number): boolean {
  const { tokens, gaps, kinds } = reading.scan
  const next = tokens[at + 1]?.plain.length ?? 0
  return (
    (tokens[at]?.plain.length ?? 9) < 5 &&
    gaps[at + 1] === 45 &&
    ((kinds[at + 1] ?? 0) & digitsOnly) !== 0 &&
    next > 3
  )
}

/** The four letters of a bank in an IBAN, in lower case. */
function isBankCode(reading: Reading, at: number, previous: Piece): boolean {
  const word = reading.scan.tokens[at]?.plain ?? ''
  return word.length === 4 && !previous.digits && ibanLength(previous.text) !== undefined
}

export function isHard(reading: Reading, at: number): boolean {
  const word = reading.entries[at]?.number
  return (word !== undefined && word.kind !== 'times') || ((reading.scan.kinds[at] ?? 0) & digitsOnly) !== 0
}

function noise(text: string, at: number, join: Join): Piece {
  return { text, apart: undefined, digits: true, spoken: true, quantity: false, join, from: at, to: at + 1 }
}

/** `for`, `to`, `ate` are digits only after something spelled or spoken, and before another digit or letter. */
function noisePiece(reading: Reading, at: number, join: Join, previous: Piece): Piece | undefined {
  const text = reading.entries[at]?.noise
  if (text === undefined || !previous.spoken) return undefined
  const next = afterPauses(reading, at + 1)
  const digit = isHard(reading, next) || reading.entries[next]?.number !== undefined
  return digit ||
    isLast(reading, at, previous) ||
    (!previous.digits && single(reading, next) !== undefined) ||
    spelled(reading, next)
    ? noise(text, at, join)
    : undefined
}

/** At the end of what was said nothing else is to come that `won` or `to` would belong to. */
function isLast({ scan, entries }: Reading, at: number, previous: Piece): boolean {
  const word = scan.tokens[at]?.plain
  const before = entries[previous.from - 1]
  if (
    !previous.digits ||
    (before?.number === undefined && before?.noise === undefined && before?.link === undefined)
  )
    return false
  const gap = scan.gaps[at + 1]
  if (at + 1 === scan.tokens.length) return true
  return (
    word !== 'to' &&
    word !== 'for' &&
    (gap === 46 + loose || politeWords.has(scan.tokens[at + 1]?.plain ?? ''))
  )
}

const politeWords = new Set([
  'please',
  'thanks',
  'thank',
  'and',
  'okay',
  'ok',
  'got',
  'did',
  'hai',
  'por',
  'bitte',
  'merci',
])

function spelled(reading: Reading, at: number): boolean {
  return single(reading, at) !== undefined && single(reading, at + 1) !== undefined
}

/** A digit that was misheard at the very beginning: where a value begins, and more digits follow. */
function leadingNoise(reading: Reading, at: number): Piece | undefined {
  const text = reading.entries[at]?.noise
  if (text === undefined) return undefined
  const before = reading.scan.tokens[at - 1]?.plain
  const begins =
    before === undefined ||
    (reading.scan.gaps[at] ?? 0) > loose ||
    leads.has(before) ||
    reading.entries[at - 1]?.link !== undefined ||
    reading.entries[at - 1]?.cue !== undefined
  const next = afterPauses(reading, at + 1)
  const after = afterPauses(reading, next + 1)
  if (!isDigitWord(reading, next) || reading.entries[after]?.number === undefined) return undefined
  if (begins) return { ...noise(text, at, 'space'), apart: '' }
  // hidden where many digits follow, but not counted: it may be no more than a word
  return digitWords(reading, next) > 4 ? { ...noise('', at, 'space'), apart: text } : undefined
}

/** How many words of digits follow each other, fillers aside; five are enough. */
function digitWords(reading: Reading, from: number): number {
  let count = 0
  for (let at = from; count < 5 && isDigitWord(reading, at); at = afterPauses(reading, at + 1)) count += 1
  return count
}

const leads = new Set([
  'to',
  'at',
  'on',
  'is',
  "it's",
  'its',
  's',
  'are',
  'number',
  'code',
  'was',
  'es',
  'est',
  'ist',
  'hai',
  'sure',
  'yes',
  'yeah',
  'said',
  'know',
  'moment',
  'second',
  'minute',
  'see',
])

function isDigitWord(reading: Reading, at: number): boolean {
  const kind = reading.entries[at]?.number?.kind
  return kind === 'unit' || kind === 'times' || kind === 'tens' || kind === 'teen'
}

export function pieceAt(
  reading: Reading,
  at: number,
  join: Join,
  previous: Piece | undefined,
): Piece | undefined {
  const numeral = numeralAt(reading, at)
  if (numeral !== undefined) {
    const { digits: text, apart, spoken, quantity, to } = numeral
    return { text, apart, digits: true, spoken, quantity, join, from: at, to }
  }
  return (
    (previous === undefined ? leadingNoise(reading, at) : noisePiece(reading, at, join, previous)) ??
    extensionPiece(reading, at, join) ??
    mixedPiece(reading, at, join, previous) ??
    letterPiece(reading, at, join, previous)
  )
}
