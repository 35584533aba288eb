import type { OpenPayment } from '#db'
import type { PayResult } from './contract.ts'
import type { PaymentsDeps } from './deps.ts'
import { providerKey } from './payment-record.ts'
import { changeOf } from './payment-results.ts'

/** Finds out what became of payments that nobody knows of. */
export interface Outcomes extends AsyncDisposable {
  /** Keeps what a provider said of a payment, and has an unknown one asked for again later. Never rejects. */
  settle(row: OpenPayment, result: PayResult): Promise<void>
  /** Asks now, once. */
  ask(row: OpenPayment, signal: AbortSignal): Promise<PayResult>
}

const batch = 50
const everything = new Date('9999-12-31T00:00:00Z') // the last that every date column takes as ISO 8601
const longestTimerMs = 60_000

/**
 * Asks for every open payment of this node at the start, and again with growing delays, until it is known or enough was asked. A payment that this
 * process makes itself is not asked for meanwhile: `isRunning`.
 */
export function startOutcomes(deps: PaymentsDeps, isRunning: (row: OpenPayment) => boolean): Outcomes {
  const { store, clock, log, outcome: limits } = deps
  const over = new AbortController()
  let cancel = () => {}
  let working = Promise.resolve()
  const round = async (until: Date) => {
    const due = await store.due(until, batch)
    for (const row of due) {
      if (over.signal.aborted) return
      if (!isRunning(row)) await ask(row, over.signal, deps.settledLater)
    }
  }
  const arm = (delayMs: number) => {
    cancel()
    if (over.signal.aborted) return
    cancel = clock.set(delayMs, () => {
      working = round(new Date(clock.now()))
        .catch((error: unknown) => log.warn('open payments could not be asked for', { error }))
        .then(rearm)
    })
  }
  const rearm = async () => {
    const next = await store.nextDue().catch(() => new Date(clock.now() + longestTimerMs))
    if (next !== undefined)
      arm(Math.min(longestTimerMs, Math.max(limits.firstDelayMs, next.getTime() - clock.now())))
  }
  const keep = async (row: OpenPayment, result: PayResult, told?: PaymentsDeps['settledLater']) => {
    // First: a crash in between asks again, and tells the same.
    if (result.outcome !== 'unknown') await told?.(row, result)
    const at = new Date(clock.now())
    const change = changeOf(result, at)
    const attempts = row.attempts + 1
    const more = result.outcome === 'unknown' ? { attempts, next_at: nextAt(deps, attempts, at) } : {}
    const changed = await store.change(row, ['asked', 'unknown'], { ...change, ...more })
    if (!changed) return
    deps.count('payment_settled', { provider: row.provider, outcome: result.outcome })
    const isLeft = more.next_at === null
    if (result.outcome !== 'unknown' || row.state === 'asked' || isLeft) await tell(deps, row, result, isLeft)
  }
  const settle = async (row: OpenPayment, result: PayResult, told?: PaymentsDeps['settledLater']) => {
    try {
      await keep(row, result, told)
    } catch (error) {
      // The row still says that it was asked for, and so it is asked for again.
      log.error('what became of a payment was not kept', { payment: row.id, error })
    }
    if (result.outcome === 'unknown') arm(limits.firstDelayMs)
  }
  const ask = async (
    row: OpenPayment,
    signal: AbortSignal,
    told?: PaymentsDeps['settledLater'],
  ): Promise<PayResult> => {
    const result = await askProvider(deps, row, signal)
    if (!signal.aborted || result.outcome !== 'unknown') await settle(row, result, told)
    return result
  }
  working = round(everything)
    .catch((error: unknown) => log.warn('open payments could not be asked for', { error }))
    .then(rearm)
  return {
    settle: (row, result) => settle(row, result),
    ask: (row, signal) => ask(row, signal),
    async [Symbol.asyncDispose]() {
      over.abort('the gateway ends')
      cancel()
      await working
      cancel()
    },
  }
}

async function askProvider(deps: PaymentsDeps, row: OpenPayment, signal: AbortSignal): Promise<PayResult> {
  const provider = deps.providers.get(row.provider)
  if (provider === undefined) return { outcome: 'unknown', providerCode: 'provider-unknown' }
  const { tenant, asked_at: askedAt } = row
  try {
    const asked = { tenant, idempotencyKey: providerKey(deps, row), askedAt }
    const result = await provider.outcome(asked, signal)
    // A provider that knows nothing of it may not have read it yet: only after a while that means that it was not made.
    const isEarly = deps.clock.now() - askedAt.getTime() < deps.outcome.settleMs
    return result.outcome === 'failed' && isEarly ? { outcome: 'unknown', providerCode: 'not-found' } : result
  } catch (error) {
    deps.log.warn('a payment’s outcome could not be asked for', { payment: row.id, error })
    return { outcome: 'unknown', providerCode: 'keys-closed' }
  }
}

function nextAt({ outcome: limits }: PaymentsDeps, attempts: number, now: Date): Date | null {
  if (attempts > limits.attempts) return null
  const delayMs = Math.min(limits.maxDelayMs, limits.firstDelayMs * 2 ** Math.min(attempts - 1, 30))
  return new Date(now.getTime() + delayMs)
}

/** The audit log's word on it; `left` is what the alert looks for. */
async function tell(deps: PaymentsDeps, row: OpenPayment, result: PayResult, isLeft: boolean): Promise<void> {
  const { tenant, call_id: call, id, provider } = row
  const why = result.outcome === 'declined' ? result.reason : null
  const fields = { payment: id, provider, state: result.outcome, why }
  const type = isLeft ? 'payment.left-unknown' : 'payment.settled'
  await deps.audit({ type, tenant, call: call ?? undefined, actor: 'gateway', fields })
}
