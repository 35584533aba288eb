import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hearingWatch } from './hearing-watch.ts'

test('hearingWatch() sees that we hear nothing of a peer that sends', () => {
  const watch = hearingWatch()
  watch.peerSent(0, 0)
  watch.peerSent(250, 0)
  assert.equal(watch.oneWay, false)
  watch.peerSent(500, 0)
  assert.equal(watch.oneWay, true)
  watch.peerSent(750, 1)
  assert.equal(watch.oneWay, false)
})

test('hearingWatch() takes nothing from a peer that pauses, or that begins a new stream', () => {
  const watch = hearingWatch()
  for (const packets of [500, 510, 520, 530, 10, 20]) watch.peerSent(packets, 100)
  assert.equal(watch.oneWay, false)
})

test('hearingWatch() sees that the peer stopped hearing us', () => {
  const watch = hearingWatch()
  watch.peerHeard(1_000, 250)
  watch.peerHeard(1_250, 500)
  watch.peerHeard(1_250, 750)
  assert.equal(watch.oneWay, false)
  watch.peerHeard(1_250, 1_000)
  assert.equal(watch.oneWay, true)
  watch.peerHeard(1_300, 1_250)
  assert.equal(watch.oneWay, false)
})

test('hearingWatch() takes a report that leaves us out for deafness after the third', () => {
  const watch = hearingWatch()
  watch.peerHeard(undefined, 250)
  watch.peerHeard(undefined, 500)
  assert.equal(watch.oneWay, false)
  watch.peerHeard(undefined, 750)
  assert.equal(watch.oneWay, true)
})

test('hearingWatch() expects nobody to hear what was not sent', () => {
  const watch = hearingWatch()
  for (let i = 0; i < 10; i += 1) watch.peerHeard(undefined, 0)
  for (let i = 0; i < 10; i += 1) watch.peerHeard(7, 40)
  assert.equal(watch.oneWay, false)
})

test('hearingWatch() begins anew after a rest', () => {
  const watch = hearingWatch()
  for (let i = 0; i < 5; i += 1) {
    watch.peerSent(250 * i, 3)
    watch.peerHeard(9, 250 * i)
  }
  assert.equal(watch.oneWay, true)
  watch.reset()
  assert.equal(watch.oneWay, false)
})
