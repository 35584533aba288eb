import type { Analysis } from './analysis.ts'
import { cardBrand, validCard } from './card-brand.ts'
import { luhn } from './checksums.ts'
import type { Context } from './context.ts'
import type { Finding, PiiType } from './contract.ts'
import { digitCount, digitReadings } from './digit-readings.ts'
import { byContext } from './digits-context.ts'
import { validAadhaar, validNir, validSsn, validSteuerId } from './national.ts'
import { plusBefore } from './pauses.ts'
import { phoneShape } from './phone.ts'
import type { Piece } from './pieces.ts'

/** Digits that stand together, with all that is known of them. */
export interface Digits {
  readonly analysis: Analysis
  readonly pieces: readonly Piece[]
  readonly readings: readonly string[]
  /** All that was said, corrections included. */
  readonly count: number
  readonly spoken: boolean
  readonly international: boolean
  readonly amount: boolean
  readonly contexts: readonly Context[]
}

export type Verdict = Pick<Finding, 'type' | 'confidence'> & {
  readonly detail?: string
  readonly value: string
  readonly cue?: number
}

function verdict(type: PiiType, confidence: number, value: string, detail?: string): Verdict {
  return { type, confidence, value, ...(detail === undefined ? {} : { detail }) }
}

/** Characters before a token that belong to a number: `+`, `(`, a currency's sign. */
function markBefore(analysis: Analysis, token: number, marks: string): boolean {
  const { scan } = analysis
  const start = scan.tokens[token]?.start ?? 0
  const from = scan.tokens[token - 1]?.end ?? 0
  for (let at = start - 1; at >= from && at > start - 4; at -= 1) {
    const mark = scan.text[at] ?? ''
    if (marks.includes(mark)) return true
    if (mark !== ' ' && mark !== '(') return false
  }
  return false
}

function isInternational(analysis: Analysis, pieces: readonly Piece[]): boolean {
  const first = pieces[0]
  if (first === undefined) return false
  if (markBefore(analysis, first.from, '+')) return true
  if (plusBefore(analysis, first.from) !== first.from) return true
  return first.text.startsWith('00') && first.text.length !== 2 && !first.spoken
}

/** `3.14`, `1,234,567`: one value in the writing of amounts. */
function isDecimal(pieces: readonly Piece[]): boolean {
  if (pieces.length < 2 || pieces.some((piece) => piece.spoken)) return false
  const joins = pieces.slice(1).map((piece) => piece.join)
  const cents = pieces.every(({ join, text }, at) =>
    at % 2 === 0 ? join !== 'dot' : join === 'dot' && text.length < 3,
  )
  if (pieces.length % 2 === 0 && (cents || (pieces.length === 2 && joins[0] === 'dot'))) return true
  const thousands = pieces.slice(1).every((piece) => piece.text.length === 3 || piece.text.length === 2)
  return (
    (pieces[0]?.text.length ?? 9) < 4 &&
    thousands &&
    joins.every((join, at) => join === 'comma' || (join === 'dot' && at > 0))
  )
}

function currency(analysis: Analysis, pieces: readonly Piece[]): boolean {
  const first = pieces[0]
  const last = pieces.at(-1)
  if (first === undefined || last === undefined) return false
  if (markBefore(analysis, first.from, '$€£₹¥')) return true
  const { scan } = analysis
  const end = scan.tokens[last.to - 1]?.end ?? 0
  const next = scan.text.slice(end, end + 2).trim()[0] ?? ''
  return next !== '' && '€£$%₹°'.includes(next)
}

export function digitsOf(analysis: Analysis, pieces: readonly Piece[], contexts: readonly Context[]): Digits {
  const spokenPieces = pieces.filter((piece) => piece.spoken).length
  return {
    analysis,
    pieces,
    readings: digitReadings(pieces),
    count: digitCount(pieces),
    spoken: spokenPieces * 2 > pieces.length,
    international: isInternational(analysis, pieces),
    amount:
      currency(analysis, pieces) ||
      isDecimal(pieces) ||
      pieces.some((piece) => piece.quantity && !isYears([piece])),
    contexts,
  }
}

function isCard({ readings }: Digits): Verdict | undefined {
  for (const reading of readings) {
    const brand = validCard(reading)
    if (brand !== undefined) return verdict('card', 0.95, reading, brand)
  }
  return undefined
}

/** Written groups that only one thing has. */
function byShape(digits: Digits): Verdict | undefined {
  const { pieces, readings, international, analysis } = digits
  const groups = pieces.map((piece) => piece.text.length)
  const shape = groups.join('-')
  const { language } = analysis.lexicon
  for (const reading of readings) {
    const ssn = validSsn(reading)
    if (ssn !== undefined && shape === '3-2-4' && !digits.spoken) return verdict('ssn', 0.85, reading, ssn)
    if (validNir(reading)) return verdict('national-id', 0.9, reading, 'nir')
    if (language === 'de' && validSteuerId(reading) && !international)
      return verdict('national-id', 0.6, reading, 'steuer-id')
    if (validAadhaar(reading) && (shape === '4-4-4' || language === 'hi'))
      return verdict('national-id', 0.85, reading, 'aadhaar')
    const phone = digits.amount ? undefined : phoneShape(reading, groups, international, language)
    if (phone !== undefined && (phone.confidence > 0.6 || !isYears(pieces)))
      return verdict('phone', phone.confidence, reading, phone.detail)
  }
  return undefined
}

function isYears(pieces: readonly Piece[]): boolean {
  return pieces.every(({ text }) => text.length === 4 && (text.startsWith('19') || text.startsWith('20')))
}

/** Nothing says what it is, but nobody says so many digits of anything else: hidden, whatever it is. */
function failClosed(digits: Digits): Verdict | undefined {
  const { readings, count, spoken, pieces, amount } = digits
  const [value = ''] = readings
  if (count >= 12 && !isYears(pieces) && !(amount && count < 13)) {
    const looks = readings.some(
      (reading) => reading.length > 12 && (cardBrand(reading) !== undefined || luhn(reading)),
    )
    return looks ? verdict('card', 0.65, value) : verdict('account', 0.55, value, 'unknown')
  }
  const { speech } = digits.analysis
  if (!(spoken || speech) || amount || count < 7 || isYears(pieces)) return undefined
  if (count < 9 && digits.contexts.some((context) => context.type === 'amount')) return undefined
  const digitByDigit = pieces.filter((piece) => piece.text.length < 3).length >= pieces.length - 1
  if (!speech && (!digitByDigit || pieces.length < 4)) return undefined
  const ssn = readings.find((reading) => validSsn(reading) !== undefined)
  return count === 9 && ssn !== undefined
    ? verdict('ssn', 0.6, ssn)
    : verdict('phone', 0.55, value, 'unknown')
}

/** Decides what digits are: by a check digit, by the words around them, by their shape, and closed where nothing tells. */
export function judgeDigits(digits: Digits): Verdict | undefined {
  if (digits.count < 3) return undefined
  return isCard(digits) ?? byContext(digits) ?? byShape(digits) ?? failClosed(digits)
}
