import assert from 'node:assert/strict'
import { test } from 'node:test'
import { glareDelayMs, refuseReinvite } from './glare.ts'

const almostOne = 1 - Number.EPSILON

test('interop 24: after 491 the owner of the Call-ID waits 2.1 s to 4 s, the other 0 s to 2 s', () => {
  assert.equal(
    glareDelayMs(true, () => 0),
    2_100,
  )
  assert.equal(
    glareDelayMs(true, () => almostOne),
    4_000,
  )
  assert.equal(
    glareDelayMs(false, () => 0),
    0,
  )
  assert.equal(
    glareDelayMs(false, () => almostOne),
    2_000,
  )
  assert.equal(glareDelayMs(true, () => 0.123) % 10, 0)
})

test('interop 24: a re-INVITE meets 491 while ours is under way, and 500 while the peer’s own is', () => {
  assert.deepEqual(
    refuseReinvite('ours', () => 0),
    { status: 491 },
  )
  assert.deepEqual(
    refuseReinvite('theirs', () => almostOne),
    { status: 500, retryAfterSeconds: 10 },
  )
})
