import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { fakeClock, Secret, silentLog, type CallId, type PaymentId, type TenantId } from '#kernel'
import {
  openPayments,
  PaymentError,
  type PaymentErrorCode,
  type PaymentProvider,
  type PaymentsDeps,
  type PayRequest,
  type PayResult,
} from '#payment'
import type { Database } from './open-database.ts'
import { paymentStore } from './payment-store.ts'
import type { PaymentRow } from './schema-payments.ts'
import { readSnapshot } from './snapshot.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const [acme, rival] = ['acme', 'rival'] as TenantId[] as [TenantId, TenantId]
const callA = 'call_a' as CallId
const start = new Date('2026-01-01T00:00:00Z')
const never = new AbortController().signal
const limits = { settleMs: 60_000, firstDelayMs: 1_000, maxDelayMs: 8_000, attempts: 4 }
const good: PayResult = { outcome: 'succeeded', paymentId: 'ch_1', providerToken: 'Marker-Method' }
const lost: PayResult = { outcome: 'unknown', providerCode: 'timeout' }
const isCode = (code: PaymentErrorCode) => (error: unknown) =>
  error instanceof PaymentError && error.code === code

const digits = (text: string) => new Secret(new Uint8Array(Buffer.from(text)))

function request(more: Partial<PayRequest> = {}): PayRequest {
  const card = {
    number: digits('4242424242424242'),
    expiry: { month: 3, year: 2031 },
    code: digits('7371'),
    postalCode: undefined,
  }
  return {
    tenant: acme,
    call: callA,
    idempotencyKey: 'key-1',
    method: { kind: 'card', card },
    charge: { amountMinor: 1_250, currency: 'EUR', description: 'Shoes' },
    reference: 'Marker-Order',
    ...more,
  }
}

describe('openPayments()', () => {
  let place: TestDatabase
  let database: Database
  before(async () => {
    place = await testDatabase()
    database = await place.open()
  })
  after(async () => {
    await database[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })
  beforeEach(async () => void (await sql`delete from payments`.execute(database.kysely)))

  /** One provider, `cards`, that answers as told and notes what it is asked. */
  function open(
    o: { pay?: () => Promise<PayResult>; outcome?: () => PayResult; more?: Partial<PaymentsDeps> } = {},
  ) {
    const clock = fakeClock(start.getTime())
    const sent: { key: string; row: string | undefined; audited: string[] }[] = []
    const lookedUp: string[] = []
    const audited: string[] = []
    const told: string[] = []
    const store = paymentStore(database)
    const provider: PaymentProvider = {
      id: 'cards',
      kind: 'https',
      region: undefined,
      async pay(asked) {
        const rows = await sql<{ state: string }>`select state from payments`.execute(database.kysely)
        sent.push({ key: asked.idempotencyKey, row: rows.rows[0]?.state, audited: [...audited] })
        return o.pay?.() ?? good
      },
      outcome: async ({ idempotencyKey }) => {
        lookedUp.push(idempotencyKey)
        return o.outcome?.() ?? lost
      },
      [Symbol.asyncDispose]: async () => {},
    }
    const deps: PaymentsDeps = {
      providers: new Map([['cards', provider]]),
      store,
      mayPay: (tenant) => (tenant === rival ? 'tenant' : undefined),
      hmacKey: (tenant, purpose) => new Uint8Array(32).fill(`${tenant} ${purpose}`.length),
      audit: async ({ type, fields }) =>
        void audited.push(`${type} ${fields['state'] ?? fields['why'] ?? ''}`.trim()),
      settledLater: async ({ id }, { outcome }) => void told.push(`${id} ${outcome}`),
      outcome: limits,
      node: database.node,
      clock,
      random: { bytes: (count) => new Uint8Array(randomBytes(count)) },
      log: silentLog,
      count: () => {},
      ...o.more,
    }
    return { payments: openPayments(deps), clock, sent, lookedUp, audited, told, store, deps }
  }
  const row = async () => (await sql<PaymentRow>`select * from payments`.execute(database.kysely)).rows[0]
  /** Lets a round that a timer began come to its end. */
  const settle = async (done: () => boolean | Promise<boolean>) => {
    const turns = 300_000
    for (let turn = 0; turn < turns; turn++) {
      if (await done()) return
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.fail('it did not happen')
  }

  test('puts a payment on record and into the audit log before anything is sent, and then what became of it', async () => {
    const { payments, sent, audited } = open()
    await using _ = payments
    assert.deepEqual(await payments.pay('cards', request(), never), good)
    assert.deepEqual(
      sent.map(({ row: state, audited: entries }) => [state, entries]),
      [['asked', ['payment.asking']]],
    )
    assert.match(sent[0]?.key ?? '', /^vk_[0-9a-f]{40}$/)
    assert.deepEqual(audited, ['payment.asking', 'payment.settled succeeded'])
    assert.partialDeepStrictEqual(await row(), {
      state: 'succeeded',
      brand: 'visa',
      last_four: '4242',
      amount_minor: 1_250,
      payment_id: 'ch_1',
      next_at: null,
    })
  })

  test('keeps no number, no security code, and nothing that leads to a person in clear', async () => {
    const { payments, audited } = open()
    await using _ = payments
    await payments.pay('cards', request(), never)
    let rows = audited.join()
    await readSnapshot(database, async ({ name, lines }) => {
      for await (const group of lines) if (name === 'payments') rows += group.join()
    })
    assert.match(rows, /"last_four":"4242"/)
    for (const marker of ['42424242', '7371', 'Marker', Buffer.from('4242424242424242').toString('base64')])
      assert.ok(!rows.includes(marker), marker)
  })

  test('answers the same key from the record, and refuses another payment under it', async () => {
    const { payments, sent } = open()
    await using _ = payments
    await payments.pay('cards', request(), never)
    assert.deepEqual(await payments.pay('cards', request(), never), good)
    assert.equal(sent.length, 1)
    const more = request({ charge: { amountMinor: 9_999, currency: 'EUR', description: 'Shoes' } })
    await assert.rejects(payments.pay('cards', more, never), isCode('PAYMENT_CONFLICT'))
    assert.equal(sent.length, 1)
  })

  test('answers a refusal for good from the record, in every word of it', async () => {
    const declined: PayResult = { outcome: 'declined', reason: 'insufficient-funds', providerCode: '51' }
    const { payments, sent } = open({ pay: async () => declined })
    await using _ = payments
    assert.deepEqual(await payments.pay('cards', request(), never), declined)
    assert.deepEqual(await payments.pay('cards', request(), never), declined)
    assert.equal(sent.length, 1)
  })

  test('sends one of two presses at once', async () => {
    const { promise, resolve } = Promise.withResolvers<PayResult>()
    const { payments, sent } = open({ pay: () => promise })
    await using _ = payments
    const both = [payments.pay('cards', request(), never), payments.pay('cards', request(), never)]
    await settle(() => sent.length > 0)
    resolve(good)
    assert.deepEqual(await Promise.all(both), [good, good])
    assert.equal(sent.length, 1)
  })

  test('sends again what was not charged, under the same key', async () => {
    const results: PayResult[] = [{ outcome: 'failed', providerCode: 'connect' }, good]
    const { payments, sent } = open({ pay: async () => results.shift() ?? lost })
    await using _ = payments
    assert.equal((await payments.pay('cards', request(), never)).outcome, 'failed')
    assert.deepEqual(await payments.pay('cards', request(), never), good)
    assert.equal(new Set(sent.map(({ key }) => key)).size, 1)
    assert.equal(sent.length, 2)
  })

  test('never sends again what nobody knows of, but asks until it is known', async () => {
    const answers: PayResult[] = [lost, lost, good]
    const { payments, sent, clock, lookedUp, audited } = open({
      pay: async () => lost,
      outcome: () => answers.shift() ?? lost,
    })
    await using _ = payments
    assert.equal((await payments.pay('cards', request(), never)).outcome, 'unknown')
    assert.equal((await payments.pay('cards', request(), never)).outcome, 'unknown') // asks, does not send
    await settle(async () => {
      clock.advance(limits.maxDelayMs)
      return (await row())?.state === 'succeeded'
    })
    assert.equal((await row())?.state, 'succeeded')
    assert.equal(sent.length, 1)
    assert.deepEqual(new Set(lookedUp), new Set([sent[0]?.key]))
    assert.deepEqual(audited, ['payment.asking', 'payment.settled unknown', 'payment.settled succeeded'])
    assert.deepEqual(await payments.pay('cards', request(), never), good)
  })

  test('tells later, once, what became of a payment that nobody knew of when its call ended', async () => {
    const answers: PayResult[] = [lost, good]
    const { payments, clock, told } = open({ pay: async () => lost, outcome: () => answers.shift() ?? lost })
    await using _ = payments
    await payments.pay('cards', request(), never)
    assert.deepEqual(told, [])
    await settle(async () => {
      clock.advance(limits.maxDelayMs)
      return (await row())?.state === 'succeeded'
    })
    assert.deepEqual(told, [`${(await row())?.id} succeeded`])
  })

  test('tells nothing later of what its call was told', async () => {
    const { payments, told } = open({ pay: async () => lost, outcome: () => good })
    await using _ = payments
    assert.equal((await payments.pay('cards', request(), never)).outcome, 'unknown')
    assert.deepEqual(await payments.pay('cards', request(), never), good)
    assert.deepEqual(told, [])
  })

  test('leaves a payment open for as long as it cannot be told, and tells the same then', async () => {
    let isAway = true
    const asked: string[] = []
    const settledLater: PaymentsDeps['settledLater'] = async ({ id, attempts }) => {
      asked.push(`${id} ${attempts}`)
      if (isAway) throw new Error('no database')
    }
    const { payments, clock } = open({ pay: async () => lost, outcome: () => good, more: { settledLater } })
    await using _ = payments
    await payments.pay('cards', request(), never)
    await settle(async () => {
      clock.advance(limits.maxDelayMs)
      return asked.length > 1
    })
    assert.equal((await row())?.state, 'unknown')
    isAway = false
    await settle(async () => {
      clock.advance(limits.maxDelayMs)
      return (await row())?.state === 'succeeded'
    })
    assert.equal(new Set(asked).size, 1, 'the same question, so the same event')
  })

  test('takes “there is none” for an answer only once it cannot be under way any more', async () => {
    const none: PayResult = { outcome: 'failed', providerCode: 'not-found' }
    const { payments, clock } = open({ pay: async () => lost, outcome: () => none })
    await using _ = payments
    await payments.pay('cards', request(), never)
    assert.equal((await payments.pay('cards', request(), never)).outcome, 'unknown')
    clock.advance(limits.settleMs + 1)
    await settle(async () => {
      clock.advance(limits.maxDelayMs) // a timer may be set only now
      return (await row())?.state === 'failed'
    })
  })

  test('leaves a payment unknown after enough was asked, and says so for an alert', async () => {
    const { payments, clock, audited, lookedUp } = open({ pay: async () => lost })
    await using _ = payments
    await payments.pay('cards', request(), never)
    await settle(async () => {
      clock.advance(limits.maxDelayMs)
      return (await row())?.next_at === null
    })
    assert.partialDeepStrictEqual(await row(), { state: 'unknown', next_at: null })
    await settle(() => audited.includes('payment.left-unknown unknown'))
    // The clock runs on while a server answers: a look-up may meet another that is on its way.
    const times = `${lookedUp.length} times`
    assert.ok(lookedUp.length >= limits.attempts && lookedUp.length <= 2 * limits.attempts, times)
  })

  test('asks at the start for what an earlier process left open', async () => {
    const { promise } = Promise.withResolvers<PayResult>()
    const first = open({ pay: () => promise })
    void first.payments.pay('cards', request(), never)
    await settle(() => first.sent.length > 0) // and there the process ends
    const second = open({ outcome: () => good })
    await using _ = second.payments
    await settle(async () => (await row())?.state === 'succeeded')
    assert.deepEqual(
      second.lookedUp,
      first.sent.map(({ key }) => key),
    )
    assert.deepEqual(await second.payments.pay('cards', request(), never), good)
    assert.equal(second.sent.length, 0)
  })

  test('sends nothing without record or audit entry', async () => {
    const deaf = open({ more: { audit: () => Promise.reject(new Error('full')) } })
    await using _ = deaf.payments
    await assert.rejects(deaf.payments.pay('cards', request(), never), isCode('PAYMENT_UNAVAILABLE'))
    const forgetful = open({
      more: { store: { ...deaf.store, insert: () => Promise.reject(new Error('gone')) } },
    })
    await using __ = forgetful.payments
    await assert.rejects(
      forgetful.payments.pay('cards', request({ idempotencyKey: 'key-2' }), never),
      isCode('PAYMENT_UNAVAILABLE'),
    )
    assert.equal(deaf.sent.length + forgetful.sent.length, 0)
    assert.equal((await row())?.state, 'failed')
  })

  test('refuses a tenant that may not, a provider that is none, and says so in the audit log', async () => {
    const { payments, sent, audited } = open()
    await using _ = payments
    await assert.rejects(payments.pay('cards', request({ tenant: rival }), never), isCode('PAYMENT_REFUSED'))
    await assert.rejects(payments.pay('other', request(), never), isCode('PAYMENT_REFUSED'))
    assert.deepEqual(audited, ['payment.refused tenant', 'payment.refused provider-unknown'])
    assert.equal(sent.length, 0)
  })

  test('refuses amounts, cards and texts that are none, and texts that hold a card number', async () => {
    const { payments, sent } = open()
    await using _ = payments
    const charge = { amountMinor: 1, currency: 'EUR', description: '' }
    const card = {
      number: digits('4242424242424242'),
      expiry: { month: 3, year: 2031 },
      code: undefined,
      postalCode: undefined,
    }
    const wrong: Partial<PayRequest>[] = [
      { charge: { ...charge, amountMinor: 0 } },
      { charge: { ...charge, amountMinor: 1.5 } },
      { charge: { ...charge, currency: 'eur' } },
      { charge: { ...charge, description: 'card 4242 4242 4242 4242' } },
      { reference: '4242-4242-4242-4242' },
      { reference: 'x'.repeat(201) },
      { method: { kind: 'card', card: { ...card, number: digits('42') } } },
      { method: { kind: 'card', card: { ...card, number: digits('42424242424242x2') } } },
      { method: { kind: 'card', card: { ...card, code: digits('12') } } },
      { method: { kind: 'card', card: { ...card, expiry: { month: 13, year: 2031 } } } },
      { method: { kind: 'card', card: { ...card, postalCode: '"}' } } },
    ]
    for (const more of wrong)
      await assert.rejects(
        payments.pay('cards', request(more), never),
        (error: Error) => isCode('PAYMENT_INVALID')(error) && !error.message.includes('4242'),
      )
    assert.equal(sent.length, 0)
  })

  test('shows a tenant its payments, newest first, and nobody else’s; and forgets whom they lead to', async () => {
    const { payments, clock, store } = open()
    await using _ = payments
    for (const idempotencyKey of ['a', 'b', 'c']) {
      await payments.pay('cards', request({ idempotencyKey }), never)
      clock.advance(1)
    }
    const all = await store.list(acme, { limit: 9, before: undefined })
    assert.deepEqual(
      all.map((one) => one.idempotency_key),
      ['c', 'b', 'a'],
    )
    assert.deepEqual((await store.list(acme, { limit: 9, before: all[0]?.id, state: 'succeeded' })).length, 2)
    assert.deepEqual(await store.list(rival, { limit: 9, before: undefined }), [])
    assert.equal(await store.get(rival, all[0]?.id ?? ('' as PaymentId)), undefined)
    assert.deepEqual([all[0]?.reference, all[0]?.provider_token], ['Marker-Order', 'Marker-Method'])
    await store.forgetCall(acme, callA)
    const nobody = {
      call_id: null,
      last_four: null,
      brand: null,
      reference: null,
      provider_token: null,
      amount_minor: 1_250,
    }
    assert.partialDeepStrictEqual(await store.get(acme, all[0]?.id ?? ('' as PaymentId)), nobody)
    assert.equal(await store.prune(new Date(clock.now() + 1)), 3)
  })

  test('the table takes no more of a number than four digits', async () => {
    const { payments } = open()
    await using _ = payments
    await payments.pay('cards', request(), never)
    await assert.rejects(sql`update payments set last_four = '424242'`.execute(database.kysely))
  })
})
