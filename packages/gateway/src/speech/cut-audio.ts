/** Where to cut audio that goes on. */
export interface Cut {
  /** The piece ends here, in samples. */
  readonly at: number
  /** The next piece begins here: earlier where there was no pause, so that the word under the cut is whole in one of them. */
  readonly next: number
  /** Nobody spoke in the piece. */
  readonly isQuiet: boolean
}

export interface CutOptions {
  readonly targetSamples: number
  readonly overlapSamples: number
}

const frameSamples = 160
/** µ-law's lowest segment, 48 dB below full scale. */
const quietCode = 0x70
/** 300 ms: longer than any stop within a word. */
const pauseFrames = 15
/** 700 ms: somebody has finished a sentence, so what was said need not wait for more. */
const longPauseFrames = 35
/** Pieces shorter than two seconds are hard to understand. */
const leastSamples = 16_000

/**
 * Where to cut what was said so far; undefined: not yet. At the end of a long pause, else, when the piece is long enough, in
 * the middle of the longest pause of its second half, else where it is.
 */
export function cutAudio(ulaw: Uint8Array, { targetSamples, overlapSamples }: CutOptions): Cut | undefined {
  const pauses = pausesOf(ulaw)
  const last = pauses.at(-1)
  const isAllQuiet = last !== undefined && last.from === 0
  const hasEnded = last !== undefined && last.to === framesOf(ulaw) && last.to - last.from >= longPauseFrames
  if (hasEnded && ulaw.length >= leastSamples) {
    const at = last.to * frameSamples
    return { at, next: at, isQuiet: isAllQuiet }
  }
  if (ulaw.length < targetSamples) return undefined
  const best = pauses
    .filter(({ to }) => to * frameSamples >= targetSamples / 2)
    .reduce<Pause | undefined>(
      (longest, pause) =>
        longest === undefined || pause.to - pause.from > longest.to - longest.from ? pause : longest,
      undefined,
    )
  if (best !== undefined) {
    const at = Math.max(1, Math.round((Math.max(best.from, 0) + best.to) / 2)) * frameSamples
    return { at, next: at, isQuiet: best.from === 0 }
  }
  const at = targetSamples
  return { at, next: Math.max(1, at - overlapSamples), isQuiet: false }
}

interface Pause {
  readonly from: number
  readonly to: number
}

function framesOf(ulaw: Uint8Array): number {
  return Math.floor(ulaw.length / frameSamples)
}

/** In frames; those that are long enough. */
function pausesOf(ulaw: Uint8Array): readonly Pause[] {
  const frames = framesOf(ulaw)
  const pauses: Pause[] = []
  let from: number | undefined
  for (let frame = 0; frame <= frames; frame += 1) {
    const quiet = frame < frames && isQuiet(ulaw.subarray(frame * frameSamples, (frame + 1) * frameSamples))
    if (quiet) from ??= frame
    else if (from !== undefined) {
      if (frame - from >= pauseFrames) pauses.push({ from, to: frame })
      from = undefined
    }
  }
  return pauses
}

/** Whether nobody speaks in it. */
export function isQuiet(ulaw: Uint8Array): boolean {
  return ulaw.every((code) => (code & 0x7f) >= quietCode)
}
