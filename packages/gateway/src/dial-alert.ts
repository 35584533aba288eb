import type { DialAlert } from '#dialing'
import { createId, type Clock, type Log, type Random } from '#kernel'
import type { Outbox } from '#webhook'

/** Tells an app that it calls far more than it used to. */
export function tellDialAlert(deps: {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly outbox: Pick<Outbox, 'enqueue'>
}): (alert: DialAlert) => void {
  const { clock, random, log, outbox } = deps
  return ({ app, kind, atMs, attempts, usual, stopped }) => {
    const data = { kind, at: new Date(atMs).toISOString(), attempts, usual, stopped }
    const event = { id: createId('evt', clock.now(), random), type: 'dial.alert', data }
    outbox
      .enqueue(event, app)
      .catch((error: unknown) => log.error('an app was not told of its alert', { app, error }))
  }
}
