import type { RecordingMark } from './recording-marks.ts'

/** A stretch of a recording, in milliseconds from its start. */
export interface SkippedSpan {
  readonly fromMs: number
  readonly toMs: number
}

/** Why a pause is marked that whoever plays the recording is to skip; a pause of any other reason is heard as silence. */
export const skippedWhy = 'skipped'

/** What is left out of a recording that is given out without its skipped pauses: in order, apart, and silent on both channels. */
export function skippedSpans(marks: readonly RecordingMark[]): readonly SkippedSpan[] {
  const skipped = marks.filter(({ kind, why }) => kind === 'paused' && why === skippedWhy)
  const [said, heard] = ([0, 1] as const).map((channel) =>
    joined(skipped.filter((mark) => mark.channel === channel)),
  )
  return (said ?? []).flatMap((one) =>
    (heard ?? []).flatMap((other) => {
      const [fromMs, toMs] = [Math.max(one.fromMs, other.fromMs), Math.min(one.toMs, other.toMs)]
      return fromMs < toMs ? [{ fromMs, toMs }] : []
    }),
  )
}

/** How much of a recording that is. */
export function skippedMs(spans: readonly SkippedSpan[]): number {
  return spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
}

/** Times are rounded outwards, so that neighbours may overlap. */
function joined(spans: readonly SkippedSpan[]): readonly SkippedSpan[] {
  const list: { fromMs: number; toMs: number }[] = []
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = list.at(-1)
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs)
    else list.push({ fromMs, toMs })
  }
  return list
}
