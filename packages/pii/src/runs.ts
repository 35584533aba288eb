import { bridge, joinOfGap } from './joins.ts'
import type { Reading } from './numerals.ts'
import { pauseAt } from './pauses.ts'
import { isHard, letterName, pieceAt, single, type Join, type Piece } from './pieces.ts'
import { allCapitals, hasDigit } from './scan.ts'

/** Numbers and letters that may be one value. */
export interface Run {
  readonly pieces: readonly Piece[]
  readonly from: number
  readonly to: number
}

const mostPieces = 512 // a longer run is cut: work on a run stays bounded

/** The letter Y among spelled letters, in Spanish. */
function isSpelledLink(reading: Reading, at: number, previous: Piece): boolean {
  return (
    !previous.digits &&
    previous.spoken &&
    single(reading, at) !== undefined &&
    letterName(reading, at + 1) !== undefined
  )
}

/** After a pause a letter goes on only where another letter or digit follows it. */
function spelledOn(reading: Reading, piece: Piece): boolean {
  return (
    single(reading, piece.to) !== undefined || isHard(reading, piece.to) || reading.lexicon.language === 'es'
  )
}

/** `double` at the end of what was heard so far: the digit comes in the next segment. */
function openRepeat(reading: Reading, at: number, join: Join): Piece | undefined {
  if (at + 1 !== reading.scan.tokens.length || reading.entries[at]?.number?.kind !== 'times') return undefined
  return {
    text: '',
    apart: undefined,
    digits: true,
    spoken: true,
    quantity: false,
    join,
    from: at,
    to: at + 1,
  }
}

function nextPiece(reading: Reading, previous: Piece): Piece | undefined {
  const at = previous.to
  if (at >= reading.scan.tokens.length) return undefined
  const gap = joinOfGap(reading, at)
  if (gap !== undefined) {
    const link = reading.entries[at]?.link
    const corrects = single(reading, at) !== undefined && reading.entries[at + 1]?.link === 'correction'
    const isPiece =
      !corrects &&
      (link === undefined || isHard(reading, at) || isSpelledLink(reading, at, previous)) &&
      pauseAt(reading, at) === 0
    const direct = isPiece ? (pieceAt(reading, at, gap, previous) ?? openRepeat(reading, at, gap)) : undefined
    if (direct !== undefined) return direct
  }
  if (gap === 'line') return undefined
  const over = bridge(reading, at)
  if (over === undefined) return undefined
  const piece = pieceAt(reading, over.at, over.join, previous)
  return piece?.digits === false && over.join === 'filler' && !spelledOn(reading, piece) ? undefined : piece
}

function startsRun(reading: Reading, at: number): Piece | undefined {
  if (pauseAt(reading, at) > 0) return undefined
  const kind = reading.scan.kinds[at] ?? 0
  const entry = reading.entries[at]
  const prefix = reading.scan.gaps[at + 1] === 45
  if (
    !prefix &&
    entry?.number === undefined &&
    entry?.noise === undefined &&
    (kind & (hasDigit | allCapitals)) === 0 &&
    single(reading, at) === undefined &&
    entry?.letter === undefined
  )
    return undefined
  const piece = pieceAt(reading, at, 'space', undefined)
  if (piece === undefined || piece.digits || (kind & hasDigit) !== 0) return piece
  const after = nextPiece(reading, piece)
  return after !== undefined && after.from === piece.to ? piece : undefined
}

/** The run that begins at token `at`, if one does. */
export function runAt(reading: Reading, at: number): Run | undefined {
  const first = startsRun(reading, at)
  if (first === undefined) return undefined
  const pieces = [first]
  let last = first
  while (pieces.length < mostPieces) {
    const next = nextPiece(reading, last)
    if (next === undefined) break
    pieces.push(next)
    last = next
  }
  return { pieces, from: first.from, to: last.to }
}
