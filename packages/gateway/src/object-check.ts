import type { Clock, Log } from '#kernel'
import type { VerifyOptions, VerifyReport } from '#objects'

/**
 * Every so many hours compares a sample of the objects, those first that were not looked at for longest, with their stores, and removes
 * what unfinished uploads left. Failing is a log line: the next time tries again.
 */
export function startObjectCheck(o: {
  readonly everyHours: number
  readonly sample: number
  readonly clock: Clock
  readonly log: Log
  readonly verify: (options: VerifyOptions) => Promise<VerifyReport>
  readonly cleanUp: () => Promise<void>
}): AsyncDisposable {
  let cancel = () => {}
  let running: Promise<void> | undefined
  let isClosed = false
  const check = async () => {
    try {
      await o.cleanUp()
      const { checked, missing, altered, unchecked } = await o.verify({ limit: o.sample, oldest: true })
      const wrong = missing.length + altered.length
      const fields = {
        checked,
        missing: missing.length,
        altered: altered.length,
        unchecked: unchecked.length,
      }
      o.log[wrong > 0 ? 'error' : 'info']('objects are compared with their stores', fields)
    } catch (error) {
      o.log.warn('objects cannot be compared with their stores now', { error })
    }
  }
  const arm = () => {
    if (o.everyHours === 0 || isClosed) return
    cancel = o.clock.set(o.everyHours * 60 * 60_000, () => {
      running = check().finally(arm)
    })
  }
  arm()
  return {
    async [Symbol.asyncDispose]() {
      isClosed = true
      cancel()
      await running
    },
  }
}
