import type { Clock, Log } from '#kernel'

const everyMs = 60 * 60_000

/** Frees the database's dead rows once an hour. Failing is a log line: the next hour tries again. */
export function startUpkeep(deps: { clock: Clock; log: Log; maintain: () => Promise<void> }): Disposable {
  let cancel = () => {}
  const arm = () => {
    cancel = deps.clock.set(everyMs, () => {
      deps.maintain().catch((error: unknown) => deps.log.warn('database upkeep failed', { error }))
      arm()
    })
  }
  arm()
  return { [Symbol.dispose]: () => cancel() }
}
