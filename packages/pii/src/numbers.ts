import type { Analysis } from './analysis.ts'
import { firstAtOrAfter } from './context.ts'
import type { Finding } from './contract.ts'
import { judgeIdentifiers } from './identifiers.ts'
import { ip4In } from './network.ts'
import { afterPauses, plusBefore } from './pauses.ts'
import type { Piece } from './pieces.ts'
import type { Run } from './runs.ts'
import { gapSpace } from './scan.ts'
import { judgeTogether, type Judged } from './split-digits.ts'

/** Pieces of digits that no letters are between. */
function digitParts(pieces: readonly Piece[]): Piece[][] {
  const parts: Piece[][] = [[]]
  for (const piece of pieces) {
    if (piece.digits) parts.at(-1)?.push(piece)
    else parts.push([])
  }
  return parts.filter((part) => part.length > 0)
}

/** What is left of a run without the addresses of machines in it. */
function besidesAddresses(run: Run): Piece[][] {
  const addresses = ip4In(run)
  if (addresses.length === 0) return [[...run.pieces]]
  const parts: Piece[][] = [[]]
  for (const piece of run.pieces) {
    if (addresses.some(({ from, to }) => piece.from < to && piece.to > from)) parts.push([])
    else parts.at(-1)?.push(piece)
  }
  return parts
}

function judgePieces(analysis: Analysis, pieces: readonly Piece[], used: Set<number>): Judged[] {
  if (pieces.every((piece) => piece.digits)) return judgeTogether(analysis, pieces, used)
  const { judged, rest } = judgeIdentifiers(analysis, pieces, used)
  return [...judged, ...rest.flatMap(digitParts).flatMap((part) => judgeTogether(analysis, part, used))]
}

/** From a plus or a bracket that belongs to the first token. */
function startOf(analysis: Analysis, token: number): number {
  const { text, tokens } = analysis.scan
  const floor = tokens[token - 1]?.end ?? 0
  let start = tokens[token]?.start ?? 0
  while (start > floor && '+('.includes(text[start - 1] ?? ' ')) start -= 1
  return start
}

/** A check letter after digits, by its name: `ge`, `be`. */
function closingLetter(analysis: Analysis, after: number): number {
  const { scan, entries } = analysis
  const at = afterPauses(analysis, after)
  const token = scan.tokens[at]
  if (token === undefined || scan.gaps[at] !== gapSpace) return 0
  return token.plain.length === 1 || entries[at]?.letter !== undefined ? at + 1 - after : 0
}

function finding(analysis: Analysis, { pieces, verdict }: Judged): Finding {
  const first = pieces[0]?.from ?? 0
  const last = (pieces.at(-1)?.to ?? 1) - 1
  const { type, confidence, detail, value } = verdict
  const closing = type === 'national-id' ? closingLetter(analysis, last + 1) : 0
  const plus = plusBefore(analysis, first)
  return {
    type,
    confidence,
    ...(detail === undefined ? {} : { detail }),
    value,
    start: startOf(analysis, plus),
    end: analysis.scan.tokens[last + closing]?.end ?? 0,
    by: 'numbers',
  }
}

/** `16 digits`, `three digits on the back`: a number that is part of what names a value is none. */
function insideCue({ cues }: Analysis, run: Run): boolean {
  const at = firstAtOrAfter(cues, run.from + 1) - 1
  const cue = cues[at]
  return cue !== undefined && cue.from <= run.from && cue.to >= run.to
}

/** Everything that is made of digits, said or written, and of letters and digits. */
export function findNumbers(analysis: Analysis): Finding[] {
  const used = new Set<number>()
  const found: Finding[] = []
  for (const run of analysis.runs) {
    if (insideCue(analysis, run)) continue
    for (const pieces of besidesAddresses(run))
      for (const judged of judgePieces(analysis, pieces, used)) found.push(finding(analysis, judged))
  }
  return found
}
