import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { callCommands } from './commands.ts'
import { pressSecretly, testCard, toldOf } from './fake-keypad.ts'
import { begin, settle } from './fake-run.ts'
import { answers, fakeWorld, type FakeWorld } from './fake-world.ts'
import { paySteps } from './pay-steps.ts'

const session = 'PK1'
const start = {
  type: 'pay',
  provider: 'stripe',
  stepwise: true,
  on_end: 'tell',
  idempotency_key: session,
  amount_minor: 1_999,
  currency: 'EUR',
}
const step = (more: object) => ({ type: 'pay', idempotency_key: session, ...more })

async function paying(more: object = {}) {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'wait' }))
  const call = await begin(world)
  const say = async (command: object) => {
    await call.command(callCommands.parse([command]))
    await settle()
  }
  await say({ ...start, ...more })
  return { world, call, say }
}

async function captured(world: FakeWorld, say: (command: object) => Promise<void>) {
  for (const [field, keys] of [
    ['card-number', testCard.number],
    ['card-expiry', testCard.expiry],
    ['card-code', testCard.code],
  ] as const) {
    await say(step({ action: 'capture', capture: field }))
    await pressSecretly(world, `${keys}#`)
  }
}

describe('a stepwise pay', () => {
  test('I19: asks for a field when it is told to, and pays when it is told to', async () => {
    const { world, call, say } = await paying()
    assert.equal(call.paying, session)
    await captured(world, say)
    assert.equal(world.payments.asked.length, 0, 'nothing is charged before it is completed')
    await say(step({ action: 'complete' }))
    const [asked] = world.payments.asked
    assert.deepEqual([asked?.number, asked?.code], [testCard.number, testCard.code])
    world.clock.advance(1_000)
    await settle()
    assert.partialDeepStrictEqual(toldOf(world, 'call.paid'), [{ outcome: 'succeeded', provider: 'stripe' }])
    assert.equal(call.paying, undefined)
    assert.ok(!world.asked.some(({ type }) => type === 'call.paid'), 'the app is told, not asked')
  })

  test('tells what is missing rather than pay without it', async () => {
    const { world, say } = await paying()
    await say(step({ action: 'complete' }))
    assert.partialDeepStrictEqual(toldOf(world, 'call.collect.progress'), [
      { field: 'card_number', step: 'missing' },
    ])
    assert.deepEqual(world.payments.asked, [])
  })

  test('asks for a field anew, or for another one, while one is keyed in', async () => {
    const { world, say } = await paying()
    await say(step({ action: 'capture', capture: 'card-number' }))
    await pressSecretly(world, '4000')
    await captured(world, say)
    await say(step({ action: 'complete' }))
    assert.equal(world.payments.asked[0]?.number, testCard.number)
  })

  test('hears only who knows its name, and nothing of a key goes elsewhere', async () => {
    const { world, call, say } = await paying()
    await say({ type: 'pay', action: 'cancel', idempotency_key: 'PK2' })
    assert.equal(call.paying, session)
    await captured(world, say)
    await say(step({ action: 'cancel' }))
    assert.equal(call.paying, undefined)
    assert.deepEqual(world.payments.asked, [])
    assert.doesNotMatch(
      JSON.stringify([world.trace, world.told, world.asked, world.stories, world.receipts]),
      /424242|"737|1230/,
    )
  })

  test('ends with the call', async () => {
    const { world, call, say } = await paying()
    await say(step({ action: 'capture', capture: 'card-number' }))
    await pressSecretly(world, '4242')
    void call.end('api-hung-up')
    world.clock.advance(20_000)
    await call.settled
    assert.deepEqual(world.payments.asked, [])
  })
})

test('paySteps() forgets the oldest of too many, and ends with its signal', async () => {
  const over = new AbortController()
  const steps = paySteps(over.signal)
  steps.add({ kind: 'capture', field: 'card-number' })
  for (let count = 0; count < 10; count++) steps.add({ kind: 'complete' })
  for (let count = 0; count < 10; count++) assert.deepEqual(await steps.next(), { kind: 'complete' })
  const waiting = steps.next()
  over.abort()
  assert.equal(await waiting, undefined)
})
