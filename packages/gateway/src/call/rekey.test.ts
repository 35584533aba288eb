import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegSignalling } from './contract.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeAnswer, fakeWorld } from './fake-world.ts'

const keyOf = (sdp: string) => /inline:(\S+)/.exec(sdp)?.[1]

/** A call that is up, whose key wears out; `reoffer` is how its peer takes a new offer. */
async function worn(reoffer: (sdp: string) => ReturnType<LegSignalling['reoffer']>) {
  const world = fakeWorld()
  const said: string[] = []
  const { signalling } = world.incoming
  const { answer } = signalling
  Object.assign(signalling, {
    answer: (sdp: string) => (said.push(sdp), answer(sdp)),
    reoffer: (sdp: string) => (said.push(sdp), reoffer(sdp)),
  })
  world.decisions.push(answers({ type: 'answer' }, { type: 'wait' }))
  await begin(world)
  world.trace.length = 0
  const wearOut = async () => {
    world.media({ kind: 'warning', leg: world.incoming.leg, code: 'srtp-rekey-due', count: 1 })
    await settle()
  }
  return { world, said, wearOut }
}

const takes = async (sdp: string) => fakeAnswer({ offer: sdp } as never)

test('interop 2: a leg whose key wears out offers a fresh one in a re-INVITE, and goes on with it', async () => {
  const { world, said, wearOut } = await worn(takes)
  await wearOut()
  assert.equal(said.length, 2)
  assert.notEqual(keyOf(said[1] ?? ''), keyOf(said[0] ?? ''))
  assert.deepEqual(traced(world, /^connect/), ['connect sendrecv AES_CM_128_HMAC_SHA1_80'])
  assert.ok(world.stories.includes('media.changed'))
})

test('a leg whose peer refuses a fresh key keeps the old one, and tries again when media warns again', async () => {
  let isWilling = false
  const { world, said, wearOut } = await worn((sdp) =>
    isWilling ? takes(sdp) : Promise.reject(new Error('488')),
  )
  await wearOut()
  assert.deepEqual(traced(world, /^connect/), [])
  const answered = world.signalling().reoffer(world.incoming.offer)
  assert.ok('sdp' in answered)
  assert.equal(keyOf(answered.sdp), keyOf(said[0] ?? ''), 'the old key is in force')
  isWilling = true
  await wearOut()
  assert.notEqual(keyOf(said[2] ?? ''), keyOf(said[0] ?? ''))
})

test('a leg offers one fresh key at a time', async () => {
  const { said, wearOut } = await worn(() => new Promise(() => {}))
  await wearOut()
  await wearOut()
  assert.equal(said.length, 2)
})
