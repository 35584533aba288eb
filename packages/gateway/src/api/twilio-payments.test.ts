import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sid } from '#kernel'
import { addCall, startFakeApi } from './fake-deps.ts'
import { twilioClient } from './fake-twilio-client.ts'

const api = await startFakeApi()
const client = twilioClient(api, await api.token())
const { world } = api
const statusCallback = 'https://app.test/paying'
const inProgress = { status: 400, code: 64_021 }

function aCall() {
  const call = addCall(world)
  world.obey = (_, [command]) => {
    if (command?.type !== 'pay') return
    world.paying =
      command.action === 'start' || command.action === 'capture' ? command.idempotency_key : undefined
  }
  return { call, payments: client.calls(sid('CA', call.id)).payments }
}

describe('Twilio’s payments', () => {
  after(() => api[Symbol.asyncDispose]())
  beforeEach(() => {
    world.happened.length = 0
    world.commands.length = 0
    world.idempotency.clear()
    world.paying = undefined
  })

  test('I19: a session is begun, its fields are captured one by one, and it is completed', async () => {
    const { call, payments } = aCall()
    const { statusCode, body: payment } = await payments.createWithHttpInfo({
      idempotencyKey: 'a',
      statusCallback,
      chargeAmount: 20.45,
      currency: 'eur',
      postalCode: false,
      validCardTypes: 'visa amex',
      requireMatchingInputs: 'security-code',
    })
    assert.equal(statusCode, 201)
    assert.match(payment.sid, /^PK[0-9a-f]{32}$/)
    assert.equal(payment.callSid, sid('CA', call.id))
    assert.ok(payment.dateCreated instanceof Date)
    const session = client.calls(sid('CA', call.id)).payments(payment.sid)
    await session.update({ idempotencyKey: 'b', statusCallback, capture: 'payment-card-number' })
    await session.update({ idempotencyKey: 'c', statusCallback, capture: 'expiration-date' })
    await session.update({ idempotencyKey: 'd', statusCallback, status: 'complete' })
    const name = { type: 'pay', idempotency_key: payment.sid }
    assert.partialDeepStrictEqual(world.commands.flat(), [
      {
        ...name,
        action: 'start',
        stepwise: true,
        on_end: 'tell',
        mode: 'agent',
        provider: 'cards',
        amount_minor: 2_045,
        currency: 'EUR',
        postal_code: false,
        security_code: true,
        cards: ['visa', 'amex'],
        fields: { 'card-code': { repeat: true } },
        events: { url: statusCallback, method: 'POST' },
      },
      { ...name, action: 'capture', capture: 'card-number' },
      { ...name, action: 'capture', capture: 'card-expiry' },
      { ...name, action: 'complete' },
    ])
    const acts = world.happened.filter((each) => each !== 'command')
    assert.deepEqual(
      acts,
      Array.from({ length: 4 }, () => 'audit call.command'),
    )
  })

  test('I19: the same IdempotencyKey takes effect once, and another request with it is refused', async () => {
    const { call, payments } = aCall()
    const begin = { idempotencyKey: 'same', statusCallback, chargeAmount: 5 }
    const first = await payments.create(begin)
    const again = await payments.create(begin)
    assert.equal(again.sid, first.sid)
    assert.equal(world.commands.length, 1)
    await assert.rejects(payments.create({ ...begin, chargeAmount: 6 }), { status: 422 })
    const session = client.calls(sid('CA', call.id)).payments(first.sid)
    const capture = { idempotencyKey: 'same', statusCallback, capture: 'security-code' } as const
    await session.update(capture)
    await session.update(capture)
    assert.equal(world.commands.length, 2)
    const typed = session.update({ ...capture, capture: '4111111111111111' as never })
    await assert.rejects(typed, { status: 400, code: 20_001 })
    assert.ok(!JSON.stringify([...world.idempotency]).includes('4111'))
  })

  test('I19: a session that is not under way is not found, and there is one at a time', async () => {
    const { call, payments } = aCall()
    const { sid: name } = await payments.create({ idempotencyKey: '1', statusCallback })
    await assert.rejects(payments.create({ idempotencyKey: '2', statusCallback }), inProgress)
    const session = client.calls(sid('CA', call.id)).payments(name)
    await session.update({ idempotencyKey: '3', statusCallback, status: 'cancel' })
    const gone = session.update({ idempotencyKey: '4', statusCallback, status: 'complete' })
    await assert.rejects(gone, { status: 404, code: 20_404 })
  })

  test('I19: of two sessions that are begun at once the second is refused, and the first goes on', async () => {
    const { payments } = aCall()
    const begun = ['1', '2'].map((idempotencyKey) => payments.create({ idempotencyKey, statusCallback }))
    const [first, second] = await Promise.allSettled(begun)
    const refused = [first, second].filter((one) => one?.status === 'rejected')
    assert.deepEqual(
      refused.map(({ reason }: { reason: { code?: number } }) => reason.code),
      [64_021],
    )
    assert.equal(world.commands.length, 1)
  })

  test('I19: what a session needs, and what cannot be done, is said', async () => {
    const { call, payments } = aCall()
    const bad = (more: object) => payments.create({ idempotencyKey: 'x', statusCallback, ...more })
    await assert.rejects(bad({ idempotencyKey: '' }), { status: 400, code: 20_001 })
    await assert.rejects(bad({ statusCallback: 'http://app.test' }), { status: 400, code: 21_609 })
    await assert.rejects(bad({ chargeAmount: 'much' }), { status: 400, code: 20_001 })
    await assert.rejects(bad({ confirmation: 'true' }), { status: 400, code: 20_001 })
    await assert.rejects(bad({ validCardTypes: 'gold' }), { status: 400, code: 20_001 })
    await assert.rejects(bad({ requireMatchingInputs: 'name' }), { status: 400, code: 20_001 })
    assert.deepEqual(world.happened, [])
    const { sid: name } = await bad({})
    const session = client.calls(sid('CA', call.id)).payments(name)
    const update = (more: object) => session.update({ idempotencyKey: 'y', statusCallback, ...more })
    await assert.rejects(update({}), { status: 400, code: 20_001 })
    await assert.rejects(update({ capture: 'security-code', status: 'complete' }), { code: 20_001 })
    await assert.rejects(update({ capture: 'payment-card-number-matcher' }), { code: 20_001 })
    const over = client.calls(sid('CA', addCall(world, { state: 'ended' }).id))
    await assert.rejects(over.payments.create({ idempotencyKey: 'z', statusCallback }), { code: 21_220 })
  })
})
