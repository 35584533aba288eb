import type { PaymentRow } from '#db'
import { checkRequest } from './card-facts.ts'
import type { PaymentProvider, Payments, PayRequest, PayResult } from './contract.ts'
import type { PaymentsDeps } from './deps.ts'
import { PaymentError } from './error.ts'
import { startOutcomes, type Outcomes } from './outcomes.ts'
import { providerKey, putOnRecord } from './payment-record.ts'
import { recordedResult } from './payment-results.ts'

export interface OpenPayments extends Payments, AsyncDisposable {}

/** Payments, and from the start on the finding out of those that an earlier process left open. */
export function openPayments(deps: PaymentsDeps): OpenPayments {
  /** A key at a time: a second press, or a retry that comes too soon, waits for the first. */
  const running = new Map<string, Promise<PayResult>>()
  const outcomes = startOutcomes(deps, (row) => running.has(nameOf(row.tenant, row.idempotency_key)))
  return {
    pay(provider, request, signal) {
      const name = nameOf(request.tenant, request.idempotencyKey)
      const known = running.get(name)
      if (known !== undefined) return known
      const paying = payOnce(deps, outcomes, provider, request, signal).finally(() => running.delete(name))
      running.set(name, paying)
      return paying
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(running.values())
      await outcomes[Symbol.asyncDispose]()
      for (const provider of deps.providers.values()) await provider[Symbol.asyncDispose]()
    },
  }
}

function nameOf(tenant: string, key: string): string {
  return JSON.stringify([tenant, key])
}

/** On record, then sent, then on record again. Rejects with `PaymentError`, and then nothing was sent. */
async function payOnce(
  deps: PaymentsDeps,
  outcomes: Outcomes,
  name: string,
  request: PayRequest,
  signal: AbortSignal,
): Promise<PayResult> {
  const provider = await admit(deps, name, request)
  const facts = checkRequest(request)
  const { row, isNew } = await onRecord(putOnRecord(deps, name, request, facts))
  if (!isNew) {
    const earlier = recordedResult(row)
    if (earlier !== undefined) return earlier
    if (row.state !== 'failed' || !(await onRecord(reopen(deps, row)))) return outcomes.ask(row, signal)
  }
  await announce(deps, row)
  deps.count('payment_asked', { provider: name })
  const sent = { ...request, idempotencyKey: providerKey(deps, row) }
  const result = await provider.pay(sent, signal).catch((error: unknown): PayResult => {
    deps.log.error('a payment provider broke its promise', { provider: name, error })
    return { outcome: 'unknown', providerCode: 'broken' }
  })
  await outcomes.settle(row, result)
  return result
}

async function admit(
  deps: PaymentsDeps,
  name: string,
  { tenant, call }: PayRequest,
): Promise<PaymentProvider> {
  const provider = deps.providers.get(name)
  const why = deps.mayPay(tenant, name) ?? (provider === undefined ? 'provider-unknown' : undefined)
  if (why === undefined && provider !== undefined) return provider
  const fields = { provider: name, why: why ?? null }
  await onRecord(deps.audit({ type: 'payment.refused', tenant, call, actor: 'call', fields }))
  throw new PaymentError('PAYMENT_REFUSED', 'the tenant may not pay through this provider')
}

/** A payment that was not made may be sent again, under the same key. */
async function reopen({ store, clock, outcome }: PaymentsDeps, row: PaymentRow): Promise<boolean> {
  const next_at = new Date(clock.now() + outcome.settleMs)
  return store.change(row, ['failed'], { state: 'asked', provider_code: null, settled_at: null, next_at })
}

/** The entry that permits it. Without one nothing is sent, and the row says so. */
async function announce(deps: PaymentsDeps, row: PaymentRow): Promise<void> {
  const { id, tenant, call_id: call, provider, amount_minor: amountMinor, currency, method } = row
  try {
    const fields = { payment: id, provider, kind: method, amountMinor, currency }
    await deps.audit({ type: 'payment.asking', tenant, call: call ?? undefined, actor: 'call', fields })
  } catch (cause) {
    const failed = { state: 'failed', provider_code: 'unaudited', next_at: null } as const
    await deps.store.change(row, ['asked'], failed).catch(() => false) // else it is looked up, and found not to be there
    throw new PaymentError('PAYMENT_UNAVAILABLE', 'the payment cannot be audited', { cause })
  }
}

async function onRecord<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof PaymentError) throw cause
    throw new PaymentError('PAYMENT_UNAVAILABLE', 'the payment cannot be put on record', { cause })
  }
}
