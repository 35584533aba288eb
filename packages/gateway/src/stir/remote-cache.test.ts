import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { remoteCache, type RemoteCacheOptions } from './remote-cache.ts'

const never = new AbortController().signal

function cacheOf(change: Partial<RemoteCacheOptions<string>> = {}) {
  const clock = fakeClock()
  const loaded: string[] = []
  const cache = remoteCache<string>({
    clock,
    maxEntries: 3,
    maxLoading: 2,
    keepFailureMs: 1_000,
    load(key) {
      loaded.push(key)
      if (key === 'bad') return Promise.reject(new TypeError('no'))
      return Promise.resolve({ value: `value of ${key}`, keepMs: 10_000 })
    },
    ...change,
  })
  return { cache, clock, loaded, get: (key: string) => cache.get(key, never) }
}

test('remoteCache() loads once for all who ask at the same time, and keeps it for its time', async () => {
  const at = cacheOf()
  const all = await Promise.all([at.get('a'), at.get('a'), at.get('a')])
  assert.deepEqual(all, ['value of a', 'value of a', 'value of a'])
  at.clock.advance(9_999)
  await at.get('a')
  assert.deepEqual(at.loaded, ['a'])
  at.clock.advance(1)
  await at.get('a')
  assert.deepEqual(at.loaded, ['a', 'a'])
})

test('remoteCache() keeps a failure for a shorter time', async () => {
  const at = cacheOf()
  assert.equal(await at.get('bad'), undefined)
  assert.equal(await at.get('bad'), undefined)
  assert.equal(at.loaded.length, 1)
  at.clock.advance(1_000)
  assert.equal(await at.get('bad'), undefined)
  assert.equal(at.loaded.length, 2)
})

test('remoteCache() forgets the oldest past its bound', async () => {
  const at = cacheOf()
  for (const key of ['a', 'b', 'c', 'd', 'b', 'a']) await at.get(key)
  assert.deepEqual(at.loaded, ['a', 'b', 'c', 'd', 'a'])
})

test('remoteCache() refuses more loads at once than its bound, and remembers nothing of the refusal', async () => {
  const gate = Promise.withResolvers<{ value: string; keepMs: number }>()
  const at = cacheOf({ load: () => gate.promise })
  const waiting = [at.get('a'), at.get('b')]
  assert.equal(await at.get('c'), undefined)
  gate.resolve({ value: 'x', keepMs: 0 })
  assert.deepEqual(await Promise.all(waiting), ['x', 'x'])
  assert.equal(await at.get('c'), 'x')
})

test('remoteCache() lets one waiter go and serves the others', async () => {
  const gate = Promise.withResolvers<{ value: string; keepMs: number }>()
  const at = cacheOf({ load: () => gate.promise })
  const impatient = new AbortController()
  const [first, second] = [at.cache.get('a', impatient.signal), at.get('a')]
  impatient.abort()
  assert.equal(await first, undefined)
  gate.resolve({ value: 'x', keepMs: 0 })
  assert.equal(await second, 'x')
})

test('remoteCache() keeps nothing where nothing may be kept', async () => {
  const loaded: string[] = []
  const at = cacheOf({
    load(key) {
      loaded.push(key)
      return Promise.resolve({ value: key, keepMs: 0 })
    },
  })
  await at.get('a')
  await at.get('a')
  assert.equal(loaded.length, 2)
})

test('remoteCache() takes a loader that throws at once for one that fails', async () => {
  const at = cacheOf({
    load: () => {
      throw new TypeError('no')
    },
  })
  assert.equal(await at.get('a'), undefined)
})

test('remoteCache() ends what it loads when it is disposed of, and loads no more', async () => {
  const at = cacheOf({
    load: (_key, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new TypeError('over')))
      }),
  })
  const waiting = at.get('a')
  await Promise.resolve()
  at.cache[Symbol.dispose]()
  assert.equal(await waiting, undefined)
  assert.equal(await at.get('b'), undefined)
})
