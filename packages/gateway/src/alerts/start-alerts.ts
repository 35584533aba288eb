import { createId, type Clock, type Log, type Random } from '#kernel'
import type { AlertReceiver, AlertStore, WatchedEvent } from './alert.ts'
import { evaluator, type Evaluator } from './evaluate.ts'
import { startNotifier } from './notifier.ts'
import { keysOf, raiseAlerts } from './raise.ts'
import type { AlertRule } from './rules.ts'
import { slotOf, slotsNeeded } from './window-counts.ts'

/** A reader of the audit logs; that of #siem fits. */
export interface WatchedBatch {
  readonly events: readonly WatchedEvent[]
  readonly next: ReadonlyMap<string, number>
  readonly isFresh: boolean
}

export interface AlertsDeps {
  readonly rules: readonly AlertRule[]
  readonly receivers: readonly AlertReceiver[]
  readonly store: AlertStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly gatherMs: number
  readonly keepDays: number
  readonly count: (name: string, labels: Readonly<Record<string, string>>) => void
  /** Whether this node may tell receivers now. */
  readonly mayTell: () => Promise<boolean>
  /** Reads the logs under this name and has each batch handled, again after a failure. */
  readonly follow: (reader: string, handle: (batch: WatchedBatch) => Promise<void>) => AsyncDisposable
  readonly globs: (patterns: readonly string[]) => (text: string) => boolean
}

export const alertsReader = 'alerts'

/** Alerts of one tenant that are kept, whatever their age. */
const mostEach = 10_000
const pruneEveryMs = 60 * 60_000
const keepEveryMs = 5_000
const dayMs = 24 * 60 * 60_000

/** Watches the audit logs, raises alerts and tells of them. What it knows is in the store, so that a restart forgets nothing. */
export function startAlerts(deps: AlertsDeps): AsyncDisposable {
  const { store, clock, random, log } = deps
  const notifier = startNotifier(deps)
  let evaluate: Evaluator | undefined
  let keptMs = Number.NEGATIVE_INFINITY
  const handle = async ({ events, next, isFresh }: WatchedBatch) => {
    const counting = !isFresh && evaluate ? evaluate : evaluator(deps.rules, await store.counts(), deps.globs)
    evaluate = undefined // until all of it is kept: a failure begins again from the store
    const { firings, counts } = counting.evaluate(events)
    const latest = firings.length === 0 ? [] : await store.latest(keysOf(firings))
    const { alerts, tell } = raiseAlerts(firings, latest, (atMs) => createId('alrt', atMs, random))
    const at = new Date(clock.now())
    const next_at = new Date(at.getTime() + deps.gatherMs)
    const notices = tell.flatMap((alert) =>
      deps.receivers
        .filter((receiver) => receiver.accepts(alert))
        .map((receiver) => ({ alert: alert.id, tenant: alert.tenant, receiver: receiver.id, next_at })),
    )
    // What is of no interest is not worth a commit each time: read again after a crash, it comes to nothing again.
    if (counts.length > 0 || alerts.length > 0 || at.getTime() - keptMs >= keepEveryMs) {
      await store.apply(alertsReader, { positions: next, at, counts, alerts, notices })
      keptMs = at.getTime()
    }
    evaluate = counting
    for (const { rule, severity } of tell) deps.count('alerts_raised', { rule, severity })
    if (notices.length > 0) notifier.wake()
  }
  const follower = deps.follow(alertsReader, handle)
  const upkeep = pruneNowAndThen(deps)
  return {
    async [Symbol.asyncDispose]() {
      upkeep()
      await follower[Symbol.asyncDispose]()
      await notifier[Symbol.asyncDispose]()
      log.debug('alerts stopped')
    },
  }
}

function pruneNowAndThen({ store, rules, clock, log, keepDays }: AlertsDeps): () => void {
  let cancel = () => {}
  const prune = () => {
    const nowMs = clock.now()
    const work = [
      store.prune(new Date(nowMs - keepDays * dayMs), mostEach),
      ...rules.map((rule) =>
        store.pruneCounts(rule.id, slotOf(nowMs, rule.windowMs) - slotsNeeded(rule.baseline)),
      ),
    ]
    Promise.all(work).catch((error: unknown) => log.warn('old alerts could not be forgotten', { error }))
    cancel = clock.set(pruneEveryMs, prune)
  }
  prune()
  return () => cancel()
}
