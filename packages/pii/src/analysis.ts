import type { Doc } from './contract.ts'
import type { CueMark, CueNode, Lexicon } from './lexicon.ts'
import type { Reading } from './numerals.ts'
import { spellingWords } from './pieces.ts'
import { runAt, type Run } from './runs.ts'
import { allCapitals, digitsOnly, hasDigit, type Scan } from './scan.ts'

/** Words that say what a value near them is. */
export interface Cue {
  readonly mark: CueMark
  readonly from: number
  readonly to: number
}

/** A text with its numbers and cues, found in one pass. */
export interface Analysis extends Reading {
  readonly runs: readonly Run[]
  readonly cues: readonly Cue[]
  /** It was said, and figures in it were words. */
  readonly speech: boolean
}

function cueAt(reading: Reading, at: number, root: CueNode): Cue | undefined {
  const { tokens } = reading.scan
  let node: CueNode | undefined = root
  let best: Cue | undefined
  for (let next = at + 1; node !== undefined; next += 1) {
    if (node.mark !== undefined) best = { mark: node.mark, from: at, to: next }
    const word: string | undefined = tokens[next]?.plain
    node = word === undefined ? undefined : node.next?.get(word)
  }
  return best
}

/** Longest at each word; one within another is none of its own, but two may share words: `mon numéro de dossier`. */
function findCues(reading: Reading): Cue[] {
  const cues: Cue[] = []
  const { entries } = reading
  let to = 0
  for (let at = 0; at < entries.length; at += 1) {
    const root = entries[at]?.cue
    const cue = root === undefined ? undefined : cueAt(reading, at, root)
    if (cue === undefined || cue.to <= to) continue
    cues.push(cue)
    to = cue.to
  }
  return cues
}

/** Tells most words at one look: ordinary ones begin no number. Says yes too often, never too seldom. */
function mayStart({ scan, entries }: Reading, at: number): boolean {
  const kind = scan.kinds[at] ?? 0
  const entry = entries[at]
  if ((kind & hasDigit) !== 0 || entry?.number !== undefined) return true
  const next = scan.kinds[at + 1] ?? 0
  const after = entries[at + 1]
  if (
    entry?.noise !== undefined &&
    (after?.number !== undefined ||
      after?.noise !== undefined ||
      after?.link !== undefined ||
      after?.pauses !== undefined)
  )
    return true
  if ((next & digitsOnly) !== 0 && scan.gaps[at + 1] === 45) return true
  const length = scan.tokens[at]?.plain.length ?? 0
  const beside =
    (next & hasDigit) !== 0 || after?.number !== undefined || scan.tokens[at + 1]?.plain.length === 1
  if (length === 1)
    return (
      beside ||
      spellingWords.has(scan.tokens[at + 1]?.plain ?? '') ||
      (next & allCapitals) !== 0 ||
      after?.letter !== undefined ||
      after?.noise !== undefined
    )
  return (
    ((kind & allCapitals) !== 0 && (next & hasDigit) !== 0) ||
    (entry?.letter !== undefined && (beside || after?.letter !== undefined))
  )
}

function findRuns(reading: Reading): Run[] {
  const runs: Run[] = []
  const { length } = reading.scan.tokens
  for (let at = 0; at < length;) {
    const run = mayStart(reading, at) ? runAt(reading, at) : undefined
    if (run !== undefined) runs.push(run)
    at = run === undefined ? at + 1 : run.to
  }
  return runs
}

/** Looks every word up once, then collects numbers and cues. */
export function analyse(doc: Doc, lexicon: Lexicon, speech = false): Analysis {
  const scan = doc as Scan
  const entries = scan.entries ?? scan.tokens.map((token) => lexicon.entries.get(token.plain))
  const reading: Reading = { scan, lexicon, entries }
  return { scan, lexicon, entries, runs: findRuns(reading), cues: findCues(reading), speech }
}
