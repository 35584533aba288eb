import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallRow, OpenPayment, PaymentRow } from '#db'
import type { AppId, CallId, EventId, PaymentId, TenantId } from '#kernel'
import type { PayResult } from '#payment'
import { tellPaymentSettled } from './payment-settled.ts'

const open: OpenPayment = {
  id: `pay_${'0123456789ab'.repeat(2)}01234567` as PaymentId,
  tenant: 'acme' as TenantId,
  call_id: `call_${'1'.repeat(32)}` as CallId,
  provider: 'cards',
  idempotency_key: 'k',
  state: 'unknown',
  attempts: 2,
  asked_at: new Date(0),
}
const kept = { method: 'card', amount_minor: 1_250, currency: 'EUR', reference: 'order-7', last_four: '4242' }
const good: PayResult = { outcome: 'succeeded', paymentId: 'ch_1', providerToken: 'pm_1' }

async function told(
  o: { row?: Partial<OpenPayment>; result?: PayResult; isApp?: boolean; isGone?: boolean } = {},
) {
  const events: { id: EventId; app: AppId; type: string; data: object }[] = []
  await tellPaymentSettled(
    {
      calls: { get: async () => (o.isGone === true ? undefined : ({ app: 'agent' } as CallRow)) },
      payments: { get: async () => ({ ...open, ...kept }) as PaymentRow },
      outbox: { enqueue: async ({ id, type, data }, app) => (events.push({ id, app, type, data }), id) },
      isApp: () => o.isApp !== false,
    },
    { ...open, ...o.row },
    o.result ?? good,
  )
  return events
}

test('tellPaymentSettled() tells the call’s app the outcome and nothing of the card', async () => {
  const [event, more] = await told()
  assert.equal(more, undefined)
  assert.equal(event?.app, 'agent')
  assert.equal(event?.type, 'payment.settled')
  assert.deepEqual(event?.data, {
    call_id: open.call_id,
    payment: open.id,
    provider: 'cards',
    method: 'card',
    amount_minor: 1_250,
    currency: 'EUR',
    reference: 'order-7',
    outcome: 'succeeded',
    payment_id: 'ch_1',
    provider_token: 'pm_1',
  })
  const [declined] = await told({
    result: { outcome: 'declined', reason: 'expired-card', providerCode: '54' },
  })
  assert.partialDeepStrictEqual(declined?.data, {
    outcome: 'declined',
    reason: 'expired-card',
    provider_code: '54',
  })
})

test('tellPaymentSettled() gives the same question’s answer the same id, and another question’s another one', async () => {
  const [first, again, later] = [await told(), await told(), await told({ row: { attempts: 3 } })]
  assert.match(first[0]?.id ?? '', /^evt_0123456789ab[0-9a-f]{20}$/)
  assert.equal(first[0]?.id, again[0]?.id)
  assert.notEqual(first[0]?.id, later[0]?.id)
})

test('tellPaymentSettled() tells nobody when the call, its person or its app is gone', async () => {
  for (const none of [{ isGone: true }, { isApp: false }, { row: { call_id: null } }])
    assert.deepEqual(await told(none), [])
})
