import { createHmac, timingSafeEqual } from 'node:crypto'
import type { PaymentRow } from '#db'
import { createId } from '#kernel'
import type { MethodFacts } from './card-facts.ts'
import type { PayRequest } from './contract.ts'
import type { PaymentsDeps } from './deps.ts'
import { PaymentError } from './error.ts'

/** What the provider knows a payment by: nobody can guess it, and it is the same after a restart. */
export function providerKey(
  { hmacKey }: Pick<PaymentsDeps, 'hmacKey'>,
  { tenant, idempotency_key: key }: Pick<PaymentRow, 'tenant' | 'idempotency_key'>,
): string {
  return `vk_${createHmac('sha256', hmacKey(tenant, 'payment keys')).update(key).digest('hex').slice(0, 40)}`
}

/**
 * Puts a payment on record before anything is sent: its row, or the one that its key has already. Throws `PaymentError` (`PAYMENT_CONFLICT`) when
 * the key stands for another payment.
 */
export async function putOnRecord(
  deps: PaymentsDeps,
  provider: string,
  request: PayRequest,
  facts: MethodFacts,
): Promise<{ readonly row: PaymentRow; readonly isNew: boolean }> {
  const { tenant, idempotencyKey } = request
  const fingerprint = fingerprintOf(deps, provider, request, facts)
  for (;;) {
    const known = await deps.store.byKey(tenant, idempotencyKey)
    if (known !== undefined) {
      if (!isSame(known.fingerprint, fingerprint))
        throw new PaymentError('PAYMENT_CONFLICT', 'the idempotency key stands for another payment')
      return { row: known, isNew: false }
    }
    const row = rowOf(deps, provider, request, facts, fingerprint)
    if (await deps.store.insert(row)) return { row, isNew: true }
  }
}

function rowOf(
  { clock, random, node, outcome }: PaymentsDeps,
  provider: string,
  { tenant, call, idempotencyKey, charge, reference }: PayRequest,
  facts: MethodFacts,
  fingerprint: string,
): PaymentRow {
  const nowMs = clock.now()
  return {
    id: createId('pay', nowMs, random),
    tenant,
    call_id: call,
    provider,
    idempotency_key: idempotencyKey,
    fingerprint,
    method: facts.method,
    amount_minor: charge?.amountMinor ?? null,
    currency: charge?.currency ?? null,
    reference: reference ?? null,
    brand: facts.brand,
    last_four: facts.lastFour,
    state: 'asked',
    reason: null,
    provider_code: null,
    payment_id: null,
    provider_token: null,
    node,
    attempts: 0,
    asked_at: new Date(nowMs),
    settled_at: null,
    next_at: new Date(nowMs + outcome.settleMs),
  }
}

/** Keyed, and of nothing but the last four digits. */
function fingerprintOf(
  { hmacKey }: PaymentsDeps,
  provider: string,
  { tenant, call, charge, reference }: PayRequest,
  facts: MethodFacts,
): string {
  const { amountMinor = null, currency = null } = charge ?? {}
  const what = [
    provider,
    call,
    amountMinor,
    currency,
    reference ?? null,
    facts.method,
    facts.brand,
    facts.lastFour,
  ]
  return createHmac('sha256', hmacKey(tenant, 'payment fingerprints'))
    .update(JSON.stringify(what))
    .digest('hex')
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
