import type { Analysis } from './analysis.ts'
import { contextsOf } from './context.ts'
import type { Finding, PiiType } from './contract.ts'
import { digitCount } from './digit-readings.ts'
import type { Run } from './runs.ts'
import { openEmail } from './spoken-email.ts'

export interface HoldTimes {
  /** A pause this long ends a number. */
  readonly gapMs: number
  /** Digits that nothing explains wait this long for more of them. */
  readonly pieceMs: number
}

const settleTokens = 6 // words after a value that may still say what it is: context.ts looks no further
const none = new Set<number>()

function isShort(analysis: Analysis, run: Run): boolean {
  if (digitCount(run.pieces) > 2) return false
  return contextsOf(analysis, run.from, run.to, none).every((context) => context.type === 'amount')
}

function isExplained(run: Run, analysis: Analysis, findings: readonly Finding[]): boolean {
  const start = analysis.scan.tokens[run.from]?.start ?? 0
  const end = analysis.scan.tokens[run.to - 1]?.end ?? 0
  return findings.some((finding) => finding.start < end && finding.end > start)
}

/** A number that may go on, or that the next words may explain. */
function isOpen(
  analysis: Analysis,
  run: Run,
  findings: readonly Finding[],
  quietMs: number,
  times: HoldTimes,
): boolean {
  const { length } = analysis.scan.tokens
  const following = length - run.to
  if (following >= settleTokens) return false
  if (following > 0 && isShort(analysis, run) && !onlyLinks(analysis, run.to)) return false
  if (quietMs < times.gapMs) return true
  const lone = digitCount(run.pieces) > 2 && run.pieces.some((piece) => piece.spoken || piece.text.length > 2)
  return lone && following === 0 && !isExplained(run, analysis, findings) && quietMs < times.pieceMs
}

/** Whether only fillers and corrections follow: the number may go on after them. */
function onlyLinks(analysis: Analysis, from: number): boolean {
  return analysis.entries
    .slice(from)
    .every((entry) => entry?.link !== undefined || entry?.noise !== undefined)
}

/** Where in the text the first thing is that must not be released yet; the text's length where nothing is. */
export function heldFrom(
  analysis: Analysis,
  findings: readonly Finding[],
  quietMs: number,
  times: HoldTimes,
): number {
  const { text, tokens } = analysis.scan
  let held = text.length
  for (let at = analysis.runs.length - 1; at >= 0; at -= 1) {
    const run = analysis.runs[at]
    if (run === undefined || tokens.length - run.to >= settleTokens) break
    if (isOpen(analysis, run, findings, quietMs, times)) held = Math.min(held, tokens[run.from]?.start ?? 0)
  }
  const last = tokens.at(-1)
  if (last !== undefined && quietMs < times.gapMs)
    for (const finding of findings) if (finding.end >= last.start) held = Math.min(held, finding.start)
  if (quietMs < times.gapMs) {
    const email = openEmail(analysis)
    if (email !== undefined) held = Math.min(held, tokens[email]?.start ?? 0)
  }
  // a value is released whole or not at all
  for (const finding of findings) if (finding.start < held && finding.end > held) held = finding.start
  return held
}

/** A question, and the word that came after it. */
export interface Asked {
  readonly type: PiiType
  readonly word: number
}

const inWords: ReadonlySet<PiiType> = new Set(['email', 'password', 'address', 'person'])
const longestAnswer = 40 // words; what is longer is no answer any more

/** Where the answer to a question begins whose end is not yet there to be seen: it is in words, and may be spelled. */
export function answerHeldFrom(
  asked: Asked,
  starts: readonly number[],
  findings: readonly Finding[],
): number | undefined {
  const start = starts[asked.word]
  if (start === undefined || !inWords.has(asked.type) || starts.length - asked.word > longestAnswer)
    return undefined
  const settled = starts[starts.length - settleTokens] ?? 0
  const isAnswered = findings.some(
    ({ type, start: from, end }) => type === asked.type && from >= start && end <= settled,
  )
  return isAnswered ? undefined : start
}
