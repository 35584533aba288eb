import { wait, type Clock, type Log, type Random } from '#kernel'
import type { Alert, AlertReceiver, AlertStore, Notice } from './alert.ts'

export interface NotifierDeps {
  readonly store: Pick<AlertStore, 'due' | 'nextNotice' | 'told' | 'postpone'>
  readonly receivers: readonly AlertReceiver[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly count: (name: string, labels: Readonly<Record<string, string>>) => void
  /** Whether this node may tell now; of several, one does. */
  readonly mayTell: () => Promise<boolean>
}

export interface Notifier extends AsyncDisposable {
  /** There may be something to tell. */
  wake(): void
}

const batch = 50
const pollMs = 15_000
/** After each failed attempt; then the receiver is given up for this alert: it is in the list and in the audit log all the same. */
const retryMs = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400].map((s) => s * 1_000)

/** Tells receivers of alerts that wait for it, from earlier runs too. A receiver that fails holds up no other. */
export function startNotifier(deps: NotifierDeps): Notifier {
  const stop = new AbortController()
  const { signal } = stop
  let wakeUp = () => {}
  let isAwake = false
  const run = async () => {
    while (!signal.aborted) {
      isAwake = false
      try {
        if (await deps.mayTell()) await tellDue(deps, signal)
      } catch (error) {
        deps.log.error('alerts could not be told', { error })
      }
      await rest()
    }
  }
  const rest = async () => {
    if (isAwake || signal.aborted) return
    const nextAt = await deps.store.nextNotice().catch(() => undefined)
    const inMs = nextAt === undefined ? pollMs : nextAt.getTime() - deps.clock.now()
    const woken = new AbortController()
    wakeUp = () => woken.abort()
    if (isAwake) return
    await wait(
      deps.clock,
      Math.min(Math.max(inMs, 50), pollMs),
      AbortSignal.any([signal, woken.signal]),
    ).catch(() => {})
  }
  const done = run()
  return {
    wake() {
      isAwake = true
      wakeUp()
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await done
    },
  }
}

type Due = Notice & { readonly about: Alert }

async function tellDue(deps: NotifierDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    const due = await deps.store.due(new Date(deps.clock.now()), batch)
    const byReceiver = Map.groupBy(due, ({ receiver }) => receiver)
    await Promise.all([...byReceiver].map(([id, notices]) => tell(deps, id, notices, signal)))
    if (due.length < batch || signal.aborted) return
  }
}

async function tell(
  deps: NotifierDeps,
  id: string,
  notices: readonly Due[],
  signal: AbortSignal,
): Promise<void> {
  const receiver = deps.receivers.find((known) => known.id === id)
  // Acknowledged in the meantime, or nobody's any more.
  const wanted = receiver === undefined ? [] : notices.filter(({ about }) => about.state === 'open')
  await deps.store.told(notices.filter((notice) => !wanted.includes(notice)))
  if (receiver === undefined || wanted.length === 0) return
  try {
    await receiver.send(
      wanted.map(({ about }) => about),
      signal,
    )
    await deps.store.told(wanted)
    deps.count('alerts_told', { receiver: id })
  } catch (error) {
    if (signal.aborted) return
    deps.count('alerts_untold', { receiver: id })
    await Promise.all(wanted.map((notice) => failed(deps, notice, error)))
  }
}

async function failed(
  { store, clock, random, log }: NotifierDeps,
  notice: Due,
  error: unknown,
): Promise<void> {
  const { alert, receiver, attempt } = notice
  const baseMs = retryMs[attempt]
  if (baseMs === undefined) {
    log.error('an alert was not told: its receiver was given up', { alert, receiver, error })
    return store.told([notice])
  }
  log.warn('an alert could not be told; it is tried again', { alert, receiver, attempt, error })
  const chance = (random.bytes(1)[0] ?? 0) / 255
  const next = new Date(clock.now() + Math.round(baseMs * (0.9 + chance / 5)))
  await store.postpone([notice], next, error instanceof Error ? error.message : 'unknown')
}
