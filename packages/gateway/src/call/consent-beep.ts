import type { CallLeg } from './call-leg.ts'
import type { Live } from './live.ts'

/** A tone now and then, which all who are recorded hear. */
export function beeper(live: Pick<Live, 'deps' | 'signal'>, legs: () => readonly CallLeg[]) {
  let cancel = () => {}
  const next = (everyMs: number) => {
    cancel = live.deps.clock.set(everyMs, () => {
      for (const leg of legs()) live.deps.media.beep(leg.id)
      next(everyMs)
    })
  }
  live.signal.addEventListener('abort', () => cancel(), { once: true })
  return {
    /** Begins with a tone, or ends. */
    run(everyMs: number | undefined): void {
      cancel()
      cancel = () => {}
      if (everyMs === undefined || live.signal.aborted) return
      for (const leg of legs()) live.deps.media.beep(leg.id)
      next(everyMs)
    },
  }
}
