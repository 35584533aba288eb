import type { Analysis, Cue } from './analysis.ts'
import type { CueType } from './cue-words.ts'

/** What the words around a value say of it; the likeliest first. */
export interface Context {
  readonly type: CueType
  readonly detail: string | undefined
  readonly strong: boolean
  /** Words between cue and value. */
  readonly distance: number
  readonly score: number
  /** Which cue it is: one that has had its value is not used again. */
  readonly cue: number
}

const strongReach = 16
const weakReach = 7
const afterReach = 5
const amountReach = 2

function before(cue: Cue, from: number, index: number): Context | undefined {
  const distance = from - cue.to
  const { type, detail, strong } = cue.mark
  if (type === 'amount') {
    // "room 1204", "about 1,500": right before the number; units of measure stand behind it
    return strong || distance > amountReach
      ? undefined
      : { type, detail, strong, distance, score: 0.9, cue: index }
  }
  if (distance > (strong ? strongReach : weakReach)) return undefined
  return { type, detail, strong, distance, score: (strong ? 1 : 0.75) - distance * 0.03, cue: index }
}

function after(analysis: Analysis, cue: Cue, to: number, index: number): Context | undefined {
  const distance = cue.from - to
  const { type, detail, strong } = cue.mark
  if (type === 'amount') {
    return !strong || distance > 0 ? undefined : { type, detail, strong, distance, score: 1.1, cue: index }
  }
  if (!strong || distance > afterReach || startsValue(analysis, cue.to)) return undefined
  return { type, detail, strong, distance, score: 0.6 - distance * 0.03, cue: index }
}

/** Whether a value of its own follows a cue soon. */
function startsValue(analysis: Analysis, from: number): boolean {
  const next = firstAtOrAfter(analysis.runs, from)
  const run = analysis.runs[next]
  return run !== undefined && run.from - from < 6
}

/** Index of the first that begins at or after token `from`. */
export function firstAtOrAfter(list: readonly { readonly from: number }[], from: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle]?.from ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}

/** `balance on account 4477`: what stands nearer than the word of an amount decides. */
function withoutFarAmounts(found: readonly Context[], from: number, cues: readonly Cue[]): Context[] {
  const isBefore = (context: Context) => (cues[context.cue]?.to ?? from) <= from && context.score <= 1
  const nearest = Math.min(
    ...found.filter((one) => one.type !== 'amount' && isBefore(one)).map((one) => one.distance),
  )
  return found.filter((one) => one.type !== 'amount' || !isBefore(one) || one.distance < nearest)
}

/** The cues around tokens `from` up to `to`, without those in `used`. */
export function contextsOf(
  analysis: Analysis,
  from: number,
  to: number,
  used: ReadonlySet<number>,
): Context[] {
  const { cues } = analysis
  const at = firstAtOrAfter(cues, from)
  const found: Context[] = []
  for (let index = at - 1; index >= 0 && index >= at - 4; index -= 1) {
    const cue = cues[index]
    if (cue === undefined || cue.to > from || used.has(index)) continue
    const context = before(cue, from, index)
    if (context !== undefined) found.push(context)
  }
  for (let index = at; index < cues.length && index < at + 3; index += 1) {
    const cue = cues[index]
    if (cue === undefined || cue.from < to || used.has(index)) continue
    const context = after(analysis, cue, to, index)
    if (context !== undefined) found.push(context)
  }
  return withoutFarAmounts(found, from, cues).sort((a, b) => b.score - a.score)
}
