import type { SoftphoneClock } from './clock.ts'

const maxBehindFrames = 5 // a process that slept longer starts anew instead of sending a burst

/** Calls `tick` every `frameMs` by absolute time, so that delays of single timers do not add up. */
export function startFrameTimer(clock: SoftphoneClock, frameMs: number, tick: () => void): () => void {
  let dueMs = clock.monotonicMs()
  let cancel: (() => void) | undefined
  const run = (): void => {
    const nowMs = clock.monotonicMs()
    if (nowMs - dueMs > maxBehindFrames * frameMs) dueMs = nowMs
    dueMs += frameMs
    cancel = clock.set(Math.max(0, dueMs - nowMs), run)
    tick()
  }
  cancel = clock.set(0, run)
  return () => cancel?.()
}
