import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeWorld } from './fake-world.ts'

const heard = /^(speak|play|stopPlay|tell say|answer|hangup)/

test('say() answers, says its words to the caller, and goes on', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'say', text: 'Hello', language: 'en-GB' }, { type: 'hangup' }))
  await begin(world)
  assert.deepEqual(traced(world, heard), ['answer 200', 'speak en-GB: Hello', 'play 400'])
  world.finishPlay()
  await settle()
  assert.equal(traced(world, /^hangup/).length, 1)
})

test('say() has a text said once, and played as often as it says', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'say', text: 'Hello', loop: 3, cache: true }, { type: 'hangup' }))
  await begin(world)
  for (let round = 0; round < 3; round++) {
    world.finishPlay()
    await settle()
  }
  assert.deepEqual(traced(world, /^(speak|play)/), [
    'speak - cached: Hello',
    'play 400',
    'play 400',
    'play 400',
  ])
})

test('say() plays what a voice has said before it has said it all', async () => {
  const go: (() => void)[] = []
  const world = fakeWorld({ voice: { pieces: 2, byPiece: () => new Promise((resolve) => go.push(resolve)) } })
  world.decisions.push(answers({ type: 'say', text: 'Hello you' }, { type: 'hangup' }))
  await begin(world)
  go.shift()?.()
  await settle()
  assert.deepEqual(traced(world, /^play/), ['play 360'])
  go.shift()?.()
  await settle()
  assert.deepEqual(traced(world, /^play/), ['play 360', 'play 360'])
})

test('say() skips what cannot be said, and tells why and not what', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'say', text: 'unsayable' }, { type: 'hangup' }))
  await begin(world)
  assert.equal(traced(world, /^hangup/).length, 1)
  const told = world.told.find(({ type }) => type === 'say.failed')
  assert.equal((told?.data as { reason: string } | undefined)?.reason, 'VOICE_FAILED')
  assert.ok(!JSON.stringify(told).includes('unsayable'))
  assert.ok(world.stories.includes('say.failed'))
})

test('say() takes the app’s own voice where there is none of that name, and says so in the story', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'say', text: 'Hello', voice: 'nobody' }, { type: 'hangup' }))
  await begin(world)
  assert.equal(traced(world, /^play/).length, 1)
  assert.ok(world.stories.includes('say.voice_unknown'))
})

test('say() stops when newer commands take over', async () => {
  const world = fakeWorld()
  world.decisions.push(answers({ type: 'say', text: 'Hello' }, { type: 'hangup' }))
  const call = await begin(world)
  await call.command([{ type: 'wait' }])
  await settle()
  assert.deepEqual(traced(world, /^(play|stopPlay|hangup)/), ['play 400', 'stopPlay'])
})

test('say() plays nothing of a voice that does not heed that it was stopped', async () => {
  const go = Promise.withResolvers<void>()
  const world = fakeWorld()
  const { voices } = world.deps
  const slow = {
    ...voices,
    voice: (...asked: Parameters<typeof voices.voice>) => {
      const voice = voices.voice(...asked)
      return (
        voice && {
          ...voice,
          async *speak() {
            await go.promise
            yield new Uint8Array(400)
          },
        }
      )
    },
  }
  Object.assign(world.deps, { voices: slow })
  world.decisions.push(answers({ type: 'say', text: 'Hello' }, { type: 'hangup' }))
  const call = await begin(world)
  await call.command([{ type: 'wait' }])
  go.resolve()
  await settle()
  assert.deepEqual(traced(world, /^play/), [])
})
