import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeLeg, fakeWorld, noStats } from './fake-world.ts'
import type { SecurityReceipt } from './receipt.ts'

const url = 'wss://app.test/media'

async function streaming(privacy: Parameters<typeof fakeWorld>[0] = {}, more: object = {}) {
  const world = fakeWorld(privacy)
  world.decisions.push(answers({ type: 'stream', url, ...more }, { type: 'wait' }))
  const call = await begin(world)
  await settle()
  return { world, call, stream: world.streams[0] }
}

const held = { privacy: { rules: { streamAudio: 'held', streamHoldMs: 1_500, mask: 'tone' } } } as const

test('a stream is held where the policy says so, whatever the app asks, and somebody listens before it opens', async () => {
  for (const more of [{}, { audio: 'live' }, { audio: 'held' }, { direction: 'inbound' }]) {
    const { world, stream } = await streaming(held, more)
    assert.deepEqual(stream?.hold, { maxMs: 1_500, mask: 'tone' })
    assert.equal(stream?.maxBehindMs, 1_501, 'all that a hold lets go at once may wait for the app')
    const order = traced(world, /^listen|^openStream|audit (transcription|stream)/)
    assert.deepEqual(order.slice(0, 3), [
      'audit transcription.starting',
      'listen A on',
      'audit stream.opening',
    ])
  }
})

test('an app may ask for a held stream, but not where nobody would judge it', async () => {
  const asked = await streaming({ privacy: { rules: {} } }, { audio: 'held' })
  assert.deepEqual(asked.stream?.hold, { maxMs: 2_500, mask: 'silence' })
  for (const none of [{}, { privacy: { rules: { redact: false } } }]) {
    const { world, stream } = await streaming(none, { audio: 'held' })
    assert.equal(stream, undefined)
    assert.partialDeepStrictEqual(
      world.told.find(({ type }) => type === 'stream.failed'),
      { data: { reason: 'blocked' } },
    )
  }
  const live = await streaming({ privacy: { rules: {} } })
  assert.equal(live.stream?.hold, undefined)
})

test('a held stream stays held when nobody can listen', async () => {
  const { stream } = await streaming({ privacy: { rules: held.privacy.rules, refuses: true } })
  assert.deepEqual(stream?.hold, { maxMs: 1_500, mask: 'tone' })
})

test('nobody listens for a held stream any longer than it lasts, and the receipt says that it was held', async () => {
  const { world, call, stream } = await streaming(held)
  assert.ok(stream)
  world.media({
    kind: 'stream.closed',
    leg: fakeLeg,
    stream: stream.id,
    why: 'closed-by-app',
    stats: noStats,
  })
  await settle()
  assert.ok(traced(world, /^listen/).includes('listen A off'))
  await call.end('app-hung-up')
  const { streams } = world.receipts.at(-1) as SecurityReceipt
  assert.deepEqual(
    streams.map(({ audio }) => audio),
    ['held'],
  )
})
