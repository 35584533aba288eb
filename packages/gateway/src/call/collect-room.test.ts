import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callCommands } from './commands.ts'
import { askedOf, pressSecretly, toldOf } from './fake-keypad.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeWorld } from './fake-world.ts'

const ssn = { type: 'collect', fields: [{ field: 'ssn' }], purposes: ['payment'] } as const
const wait = { type: 'wait' } as const
const parsed = (command: object) => callCommands.parse([command])

test('collect asks for nothing before its media says that keys are secret, nor when it cannot', async () => {
  for (const isSecret of [true, false]) {
    const world = fakeWorld()
    const secured = Promise.withResolvers<void>()
    Object.assign(world.deps.media, { secure: () => secured.promise })
    world.decisions.push(answers({ ...ssn, fields: [{ field: 'ssn', prompt_url: '/ssn.wav' }] }, wait))
    const call = await begin(world)
    assert.deepEqual([traced(world, /^play/), toldOf(world, 'call.collect.progress')], [[], []])
    if (isSecret) secured.resolve()
    else secured.reject(new Error('no such leg'))
    await settle()
    assert.equal(traced(world, /^play/).length, isSecret ? 1 : 0)
    assert.equal(call.state, isSecret ? 'active' : 'ended')
  }
})

test('collect stays the only one when more than one waited for another to end, and its room stays shut', async () => {
  const world = fakeWorld()
  world.decisions.push(answers(wait), answers())
  const call = await begin(world)
  await call.command(parsed(ssn))
  await settle()
  const another = { ...ssn, limit_ms: 10_000 }
  await Promise.all([call.command(parsed(another)), call.command(parsed({ ...another, limit_ms: 60_000 }))])
  await settle()
  for (const ms of [10_000, 2_000]) {
    world.clock.advance(ms)
    await settle()
  }
  assert.equal(traced(world, /secure/).at(-1), 'secure A on')
  await pressSecretly(world, '078051120')
  assert.partialDeepStrictEqual(askedOf(world, 'call.collected'), { fields: [{ masked: '*********' }] })
})
