import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, type TenantId } from '#kernel'
import type { KeyContext } from './contract.ts'
import { dataKeyCache } from './data-key-cache.ts'

const of = (object: string, tenant = 'acme'): KeyContext => ({
  tenant: tenant as TenantId,
  purpose: 'audio',
  object,
})
const key = () => new Uint8Array(32).fill(7)
const limits = { keys: 2, maxAgeMs: 1_000, uses: 3 }

test('dataKeyCache() holds no more than it may, the oldest goes first', () => {
  const cache = dataKeyCache(fakeClock(), limits)
  for (const object of ['a', 'b', 'c']) cache.put(of(object), key(), cache.forgotten)
  assert.deepEqual(
    ['a', 'b', 'c'].map((object) => cache.get(of(object)) !== undefined),
    [false, true, true],
  )
})

test('dataKeyCache() gives a key so many times, then forgets it', () => {
  const cache = dataKeyCache(fakeClock(), limits)
  cache.put(of('a'), key(), cache.forgotten) // one use: it was just asked for
  assert.deepEqual(cache.get(of('a')), key())
  assert.deepEqual(cache.get(of('a')), key())
  assert.equal(cache.get(of('a')), undefined)
})

test('dataKeyCache() forgets what is too old, asked for or not, and sets no timer without need', () => {
  const clock = fakeClock()
  const cache = dataKeyCache(clock, limits)
  cache.put(of('a'), key(), cache.forgotten)
  clock.advance(600)
  cache.put(of('b'), key(), cache.forgotten)
  clock.advance(400)
  assert.equal(cache.get(of('a')), undefined)
  assert.ok(cache.get(of('b')))
  clock.advance(2_000)
  assert.equal(clock.timers, 0)
})

test('dataKeyCache() gives copies, and only to the tenant and purpose that a key is of', () => {
  const cache = dataKeyCache(fakeClock(), { ...limits, uses: 10 })
  cache.put(of('a'), key(), cache.forgotten)
  cache.get(of('a'))?.fill(0)
  assert.deepEqual(cache.get(of('a')), key())
  assert.equal(cache.get(of('a', 'rival')), undefined)
  assert.equal(cache.get({ ...of('a'), purpose: 'transcript' }), undefined)
})

test('dataKeyCache() keeps a key that its caller wipes, whatever kind of bytes it came in', () => {
  const cache = dataKeyCache(fakeClock(), { ...limits, uses: 10 })
  const given = Buffer.from(key())
  cache.put(of('a'), given, cache.forgotten)
  given.fill(0)
  assert.deepEqual(cache.get(of('a')), key())
})

test('dataKeyCache() forgets one object or all of a tenant, and keeps nothing where it may not', () => {
  const clock = fakeClock()
  const cache = dataKeyCache(clock, limits)
  cache.put(of('a'), key(), cache.forgotten)
  cache.put(of('b'), key(), cache.forgotten)
  cache.forget('acme' as TenantId, 'a')
  assert.equal(cache.get(of('a')), undefined)
  assert.ok(cache.get(of('b')))
  cache.forget('acme' as TenantId)
  assert.equal(cache.get(of('b')), undefined)
  assert.equal(clock.timers, 0)
  const none = dataKeyCache(clock, { ...limits, keys: 0 })
  none.put(of('a'), key(), none.forgotten)
  assert.equal(none.get(of('a')), undefined)
})

test('dataKeyCache() keeps no key that was asked for before something was forgotten: it may have been this one', () => {
  const cache = dataKeyCache(fakeClock(), limits)
  const { forgotten } = cache
  cache.forget('acme' as TenantId, 'a') // shredded, while a reader was on the way
  cache.put(of('a'), key(), forgotten)
  assert.equal(cache.get(of('a')), undefined)
})
