import type { Analysis } from './analysis.ts'
import { validCard } from './card-brand.ts'
import { contextsOf } from './context.ts'
import type { PiiType } from './contract.ts'
import { digitsOf, judgeDigits, type Verdict } from './digits.ts'
import { digitCount } from './digit-readings.ts'
import type { Join, Piece } from './pieces.ts'

export interface Judged {
  readonly pieces: readonly Piece[]
  readonly verdict: Verdict
}

/** What two values are most likely to have between them, first. */
const looseness: readonly (readonly Join[])[] = [
  ['line'],
  ['stop', 'restart'],
  ['comma', 'and'],
  ['filler', 'colon', 'correction'],
  ['slash'],
]

function split(pieces: readonly Piece[], joins: readonly Join[]): Piece[][] {
  const parts: Piece[][] = []
  for (const piece of pieces) {
    const last = parts.at(-1)
    if (last === undefined || joins.includes(piece.join)) parts.push([piece])
    else last.push(piece)
  }
  return parts
}

interface Card {
  readonly from: number
  readonly to: number
  readonly value: string
  readonly brand: string
}

/** A card within more digits: an expiry date and a code are often said in one breath with it. */
function cardWithin(pieces: readonly Piece[]): Card | undefined {
  for (let from = 0; from < pieces.length; from += 1) {
    let digits = ''
    for (let to = from; to < pieces.length && digits.length < 19; to += 1) {
      digits += pieces[to]?.text ?? ''
      const brand = validCard(digits)
      if (brand !== undefined) return { from, to: to + 1, value: digits, brand }
    }
  }
  return undefined
}

/** What follows a card in one breath. */
function afterCard(pieces: readonly Piece[]): Judged[] {
  const count = digitCount(pieces)
  if (count === 0) return []
  const value = pieces.map((piece) => piece.text).join('')
  const type = count === 3 ? 'card-code' : count === 4 || count === 6 ? 'card-expiry' : 'card-code'
  return count > 2 && count < 12 ? [{ pieces, verdict: { type, confidence: 0.6, value } }] : []
}

/** What stands beside a card in one breath is judged for itself; digits that are nothing then belong to the card. */
function aroundCard(analysis: Analysis, pieces: readonly Piece[], card: Card, used: Set<number>): Judged[] {
  const before = judgeTogether(analysis, pieces.slice(0, card.from), used)
  const rest = pieces.slice(card.to)
  const after = digitCount(rest) < 12 ? afterCard(rest) : judgeTogether(analysis, rest, used)
  const contexts = contextsOf(analysis, pieces[card.from]?.from ?? 0, pieces[card.to - 1]?.to ?? 0, used)
  for (const context of contexts) if (context.type === 'card') used.add(context.cue)
  const from = before.length === 0 ? 0 : card.from
  const to = after.length === 0 ? pieces.length : card.to
  const verdict: Verdict = { type: 'card', confidence: 0.95, value: card.value, detail: card.brand }
  return [...before, { pieces: pieces.slice(from, to), verdict }, ...after]
}

function whole(analysis: Analysis, pieces: readonly Piece[], used: Set<number>): Judged | undefined {
  const first = pieces[0]
  const last = pieces.at(-1)
  if (first === undefined || last === undefined) return undefined
  const contexts = contextsOf(analysis, first.from, last.to, used)
  const verdict = judgeDigits(digitsOf(analysis, pieces, contexts))
  if (verdict === undefined) return undefined
  const cue = verdict.cue ?? contexts.find((context) => context.type === verdict.type)?.cue
  if (cue !== undefined && isComplete(verdict)) used.add(cue)
  return { pieces, verdict }
}

/** From how many digits on a cue has had its value, and the next digits are something else. Shorter ones may be the first of several pieces. */
const complete: Readonly<Partial<Record<PiiType, number>>> = {
  card: 13,
  'card-code': 3,
  'card-expiry': 3,
  pin: 4,
  ssn: 9,
  'bank-routing': 6,
  'postal-code': 4,
  'date-of-birth': 4,
  phone: 9,
}

function isComplete({ type, value }: Verdict): boolean {
  return value.length >= (complete[type] ?? 8)
}

function looseParts(pieces: readonly Piece[]): Piece[][] | undefined {
  for (const joins of looseness) {
    const parts = split(pieces, joins)
    if (parts.length > 1) return parts
  }
  return undefined
}

/** Judges digits that stand together: as one value first, then as several. */
export function judgeTogether(analysis: Analysis, pieces: readonly Piece[], used: Set<number>): Judged[] {
  if (pieces.length === 0) return []
  const count = digitCount(pieces)
  if (count < 3) return []
  const lines = count > 30 || pieces.some((piece) => piece.join === 'line') ? looseParts(pieces) : undefined
  if (count > 16) {
    const card = cardWithin(pieces)
    if (card !== undefined) {
      return aroundCard(analysis, pieces, card, used)
    }
  }
  const judged = lines === undefined ? whole(analysis, pieces, used) : undefined
  if (judged !== undefined) return [judged]
  const parts = lines ?? looseParts(pieces)
  return parts === undefined
    ? failing(analysis, pieces, used)
    : parts.flatMap((part) => judgeTogether(analysis, part, used))
}

/** Very long runs without any mark between: judged in stretches, so that no work grows with the square of the length. */
function failing(analysis: Analysis, pieces: readonly Piece[], used: Set<number>): Judged[] {
  if (digitCount(pieces) <= 30 || pieces.length < 2) return []
  const middle = pieces.length >> 1
  return [pieces.slice(0, middle), pieces.slice(middle)].flatMap((part) =>
    judgeTogether(analysis, part, used),
  )
}
