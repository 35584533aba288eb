import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { callCommands, type CallCommand } from './commands.ts'
import { begin, pickUp, settle, traced } from './fake-run.ts'
import { answers, fakeWorld, type FakeWorld } from './fake-world.ts'

const dial = { type: 'dial', to: '+12125550100' }

async function dialling(more: object = {}) {
  const world = fakeWorld()
  world.decisions.push(answers({ ...dial, ...more }, { type: 'hangup' }), answers({ type: 'wait' }))
  return { world, call: await begin(world) }
}

/** What is kept of each leg now. */
function kept(world: FakeWorld) {
  return [...new Map(world.kept.legs.map((leg) => [leg.id, leg])).values()]
}

function hangUp(leg: string): readonly CallCommand[] {
  return callCommands.parse([{ type: 'hangup', leg_id: leg }])
}

describe('legs that a dial makes', () => {
  test('are kept from the first moment to the last, with the number that is shown', async () => {
    const { world, call } = await dialling()
    const [ringing] = kept(world)
    assert.partialDeepStrictEqual(ringing, {
      call: call.id,
      tenant: call.tenant,
      to: '+12125550100',
      from: '+12025550199',
      state: 'ringing',
      answeredAtMs: null,
    })
    world.clock.advance(2_000)
    await pickUp(world)
    assert.partialDeepStrictEqual(kept(world), [{ state: 'active', outcome: null }])
    world.clock.advance(5_000)
    world.outgoing[0]?.events.ended('caller-hung-up')
    await settle()
    const [over] = kept(world)
    assert.partialDeepStrictEqual(over, { state: 'ended', outcome: 'answered', sipStatus: null })
    const { startedAtMs = 0, answeredAtMs, endedAtMs } = over ?? {}
    assert.deepEqual(
      [answeredAtMs, endedAtMs].map((at) => Number(at) - startedAtMs),
      [2_000, 7_000],
    )
  })

  test('are kept with why they came to nothing, under the id that the app is told', async () => {
    const { world } = await dialling()
    world.outgoing[0]?.events.failed({ why: 'busy', elsewhere: false, status: 486 })
    await settle()
    const [leg] = kept(world)
    assert.partialDeepStrictEqual(leg, { state: 'ended', outcome: 'busy', sipStatus: 486 })
    assert.partialDeepStrictEqual(world.asked.at(-1), {
      type: 'call.dialed',
      data: { outcome: 'busy', leg_id: leg?.id, leg_sid: `CA${leg?.id.slice(4)}` },
    })
  })
})

describe('hangup with a leg_id', () => {
  test('ends a leg that rings, and the app is asked how the call goes on', async () => {
    const { world, call } = await dialling()
    const [leg] = kept(world)
    await call.command(hangUp(leg?.id ?? ''))
    await settle()
    assert.partialDeepStrictEqual(kept(world), [{ state: 'ended', outcome: 'cancelled' }])
    assert.partialDeepStrictEqual(world.asked.at(-1)?.data, { outcome: 'cancelled', leg_id: leg?.id })
    assert.equal(call.state, 'active')
  })

  test('ends a leg that is connected, as its own end', async () => {
    const { world, call } = await dialling()
    await pickUp(world)
    await call.command(hangUp(kept(world)[0]?.id ?? ''))
    await settle()
    assert.partialDeepStrictEqual(world.asked.at(-1)?.data, { outcome: 'answered', ended_by: 'api-hung-up' })
    assert.ok(traced(world, /^lease ended/).length > 0)
    assert.equal(call.state, 'active')
  })

  test('of several that ring ends that one, and the others ring on', async () => {
    const { world, call } = await dialling({ to: ['+12125550100', '+12125550101'], strategy: 'simultaneous' })
    await call.command(hangUp(kept(world)[1]?.id ?? ''))
    await settle()
    assert.deepEqual(
      kept(world).map(({ state }) => state),
      ['ringing', 'ended'],
    )
    await pickUp(world)
    assert.partialDeepStrictEqual(kept(world), [{ state: 'active' }, { outcome: 'cancelled' }])
  })

  test('is ignored for a leg that there is not', async () => {
    const { world, call } = await dialling()
    await call.command(hangUp(`leg_${'0'.repeat(32)}`))
    await settle()
    assert.ok(world.stories.includes('command.ignored'))
    assert.equal(kept(world)[0]?.state, 'ringing')
  })

  test('is no answer to a whisper, and names a leg by its id', () => {
    assert.equal(callCommands.safeParse([{ type: 'hangup', leg_id: 'leg_1' }]).success, false)
  })
})
