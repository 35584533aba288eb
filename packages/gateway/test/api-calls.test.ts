import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ApiCalls } from '#api'
import { callCommands, startCalls, type CreateCall } from '#call'
import type { AppId, CallId, StreamId, TenantId, TokenId } from '#kernel'
import { apiCalls } from '#src/api-backend.ts'
import { testCard, toldOf } from '#src/call/fake-keypad.ts'
import { pickUp, settle } from '#src/call/fake-run.ts'
import { answers, fakeWorld, type FakeWorld } from '#src/call/fake-world.ts'

const token = 'tok_1' as TokenId
const nobody = `call_${'0'.repeat(32)}` as CallId
const request: CreateCall = {
  tenant: 'default' as TenantId,
  app: 'agent' as AppId,
  token,
  to: '+12125550100',
  from: undefined,
  ringTimeoutMs: 20_000,
  variables: {},
  parameters: {},
  actions: undefined,
  record: false,
}

/** A call that somebody answered, behind the API’s own view of calls. */
async function answered(): Promise<{
  world: FakeWorld
  api: ApiCalls
  id: CallId
  press(keys: string): Promise<void>
}> {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'wait' }))
  const calls = startCalls(world.deps)
  const api = apiCalls({ calls } as Parameters<typeof apiCalls>[0])
  const created = await api.create(request)
  await settle()
  await pickUp(world)
  assert.ok(created.ok)
  const leg = world.outgoing[0]?.call.leg
  assert.ok(leg)
  return {
    world,
    api,
    id: created.id,
    async press(keys) {
      for (const digit of keys) {
        world.media({ kind: 'secure.digit', leg, digit, durationMs: 100, by: 'event' })
        await settle()
      }
    },
  }
}

const commandsOf = (...list: object[]) => callCommands.parse(list)

describe('apiCalls()', () => {
  test('I18 F11: opens a stream beside what a call does, and closes it by its id, and no other', async () => {
    const { world, api, id } = await answered()
    const [stream] = commandsOf({ type: 'stream', url: 'wss://app.test/ears', direction: 'both_tracks' })
    assert.ok(stream?.type === 'stream')
    const opened = await api.fork(id, stream, token)
    await settle()
    assert.deepEqual(
      world.streams.map((spec) => spec.id),
      [opened],
    )
    assert.equal(await api.closeStream(id, `strm_${'0'.repeat(32)}` as StreamId), 'unknown')
    assert.ok(!world.trace.some((line) => line.startsWith('closeStream')))
    assert.equal(await api.closeStream(id, opened as StreamId), 'accepted')
    assert.ok(world.trace.some((line) => line.startsWith('closeStream')))
    assert.equal(await api.fork(nobody, stream, token), 'ended')
    assert.equal(await api.closeStream(nobody, opened as StreamId), 'ended')
  })

  test('I19: has a payment made field by field, and knows while it goes on', async () => {
    const { world, api, id, press } = await answered()
    const name = 'PK1'
    const pay = (more: object) =>
      api.command(id, commandsOf({ type: 'pay', idempotency_key: name, ...more }), token)
    const start = { provider: 'stripe', stepwise: true, on_end: 'tell', mode: 'agent' }
    assert.equal(
      await pay({ ...start, amount_minor: 500, currency: 'EUR', security_code: false }),
      'accepted',
    )
    await settle()
    assert.equal(api.paying(id), name)
    for (const [capture, keys] of [
      ['card-number', testCard.number],
      ['card-expiry', testCard.expiry],
    ] as const) {
      await pay({ action: 'capture', capture })
      await settle()
      await press(keys)
    }
    await pay({ action: 'complete' })
    await settle()
    assert.equal(world.payments.asked.length, 1)
    world.clock.advance(2_000)
    await settle()
    assert.equal(api.paying(id), undefined)
    assert.partialDeepStrictEqual(toldOf(world, 'call.paid'), [{ outcome: 'succeeded' }])
    assert.equal(api.paying(nobody), undefined)
  })
})
