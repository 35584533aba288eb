import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { postForm } from './post-form.ts'
import type { Place } from './reach.ts'

const post = {
  url: 'https://engine.test/',
  form: { contentType: 'text/plain', body: new Uint8Array() },
  headers: {},
  timeoutMs: 1_000,
}
const place: Place = {
  address: '127.0.0.1',
  family: 4,
  hostname: 'engine.test',
  port: 1,
  isSecure: true,
}

test('postForm() sends nothing once it told that nothing came in time', async () => {
  const clock = fakeClock()
  const found = Promise.withResolvers<Place>()
  let connected = 0
  const tls = () => {
    connected += 1
    throw new Error('nobody')
  }
  const reach = { find: () => found.promise, tls }
  const posted = postForm(post, { clock, reach }, new AbortController().signal)
  clock.advance(1_000)
  assert.deepEqual(await posted, { ok: false, why: 'stalled' })
  found.resolve(place)
  await found.promise
  await Promise.resolve()
  assert.equal(connected, 0)
})

test('postForm() waits for nothing when it is called off already', async () => {
  const reach = { find: () => new Promise<never>(() => {}), tls: () => ({}) }
  assert.deepEqual(await postForm(post, { clock: fakeClock(), reach }, AbortSignal.abort()), {
    ok: false,
    why: 'failed',
  })
})
