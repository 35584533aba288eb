import type { Clock } from '#kernel'

/** A tick that is later than this found the thread busy: what was said meanwhile still waits to be taken. */
const lateMs = 300

/** Calls `tick` every `everyMs`, and says whether it comes late; until the returned function is called. */
export function ticks(clock: Clock, everyMs: number, tick: (isLate: boolean) => void): () => void {
  let cancel = () => {}
  const arm = () => {
    const dueMs = clock.monotonicMs() + everyMs
    cancel = clock.set(everyMs, () => {
      const isLate = clock.monotonicMs() - dueMs > lateMs
      arm()
      tick(isLate)
    })
  }
  arm()
  return () => cancel()
}
