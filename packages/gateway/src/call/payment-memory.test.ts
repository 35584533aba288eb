import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallId } from '#kernel'
import { pay, type PayCommand } from './commands-collect.ts'
import { paymentMemory } from './payment-memory.ts'

const command = (more: object = {}): PayCommand =>
  pay.parse({ type: 'pay', provider: 'stripe', amount_minor: 100, currency: 'usd', ...more })
const memory = (call = 'call_1') => paymentMemory(call as CallId)

test('paymentMemory() knows what is to be paid again, however it is asked for', () => {
  const payments = memory()
  assert.equal(payments.of(command()), payments.of(command({ currency: 'USD', timeout_ms: 20_000 })))
  assert.notEqual(payments.of(command()), payments.of(command({ amount_minor: 101 })))
  assert.notEqual(payments.of(command()), payments.of(command({ reference: 'b' })))
})

test('paymentMemory() goes by the key that the app gives', () => {
  const payments = memory()
  const [one, other] = [command({ idempotency_key: 'k' }), command({ idempotency_key: 'k', amount_minor: 7 })]
  assert.equal(payments.of(one), payments.of(other))
  assert.deepEqual([payments.of(one)?.isOf(one), payments.of(one)?.isOf(other)], [true, false])
})

test('paymentMemory() names each attempt of each call differently, and says nothing of what is paid', () => {
  const keys = [memory('call_1'), memory('call_2')].flatMap((payments) => {
    const payment = payments.of(command({ reference: 'order-7' }))
    return [payment?.nextKey(), payment?.nextKey()]
  })
  assert.equal(new Set(keys).size, 4)
  for (const key of keys) assert.match(key ?? '', /^pay-[0-9a-f]{32}-\d+$/)
  assert.equal(memory().of(command())?.nextKey(), memory().of(command())?.nextKey())
})

test('paymentMemory() remembers a bounded number of payments', () => {
  const payments = memory()
  const amounts = Array.from({ length: 60 }, (_, at) => payments.of(command({ amount_minor: at + 1 })))
  assert.equal(amounts.filter((payment) => payment !== undefined).length, 50)
  assert.notEqual(payments.of(command({ amount_minor: 1 })), undefined)
})
