import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fakeClock } from '#kernel'
import { nonceStore } from './nonce-store.ts'

const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) }
const lifetimeMs = 30_000

function storeWith(maxTracked = 100) {
  const clock = fakeClock()
  return { clock, nonces: nonceStore({ clock, random, lifetimeMs, maxTracked }) }
}

test('interop 30: nonceStore() redeems a nonce once for each count, upwards', () => {
  const { nonces } = storeWith()
  const nonce = nonces.issue('192.0.2.1')
  const redeem = (count: number) => nonces.redeem(nonce, count, '192.0.2.1')
  assert.deepEqual([1, 2, 2, 1, 7, 6, 0].map(redeem), [
    'ok',
    'ok',
    'replayed',
    'replayed',
    'ok',
    'replayed',
    'replayed',
  ])
})

test('interop 30: nonceStore() expires a nonce after its lifetime', () => {
  const { nonces, clock } = storeWith()
  const nonce = nonces.issue('a')
  clock.advance(lifetimeMs)
  assert.equal(nonces.redeem(nonce, 1, 'a'), 'ok')
  clock.advance(1)
  assert.equal(nonces.redeem(nonce, 2, 'a'), 'expired')
})

test('nonceStore() does not take a nonce from another source', () => {
  const { nonces } = storeWith()
  assert.equal(nonces.redeem(nonces.issue('a'), 1, 'b'), 'forged')
})

test('nonceStore() does not take what it did not issue, whatever the text', () => {
  const { nonces } = storeWith()
  const nonce = nonces.issue('a')
  const other = storeWith().nonces.issue('a')
  fc.assert(fc.property(fc.string(), (text) => assert.equal(nonces.redeem(text, 1, 'a'), 'forged')))
  assert.equal(nonces.redeem(other, 1, 'a'), 'forged')
  const flipped = (nonce.startsWith('A') ? 'B' : 'A') + nonce.slice(1)
  assert.equal(nonces.redeem(flipped, 1, 'a'), 'forged')
  assert.equal(nonces.redeem(`${nonce}=`, 1, 'a'), 'forged')
})

test('nonceStore() never lets a forgotten nonce be replayed', () => {
  const { nonces, clock } = storeWith(10)
  const first = nonces.issue('a')
  nonces.redeem(first, 1, 'a')
  for (let flood = 0; flood < 50; flood++) {
    clock.advance(1)
    nonces.redeem(nonces.issue('b'), 1, 'b')
  }
  assert.ok(nonces.tracked <= 10)
  assert.equal(nonces.redeem(first, 1, 'a'), 'expired')
})

test('nonceStore() holds nothing for nonces that were only issued', () => {
  const { nonces } = storeWith()
  for (let issued = 0; issued < 1_000; issued++) nonces.issue('a')
  assert.equal(nonces.tracked, 0)
})
