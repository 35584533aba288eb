import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { replayWindow } from './replay-window.ts'

test('replayWindow() accepts an index once', () => {
  const replays = replayWindow(64)
  assert.equal(replays.status(7), 'new')
  replays.accept(7)
  assert.equal(replays.status(7), 'replay')
})

test('replayWindow() calls an index old once it lies before the window', () => {
  const replays = replayWindow(64)
  replays.accept(100)
  assert.equal(replays.status(37), 'new')
  assert.equal(replays.status(36), 'old')
  assert.equal(replays.status(-1), 'old')
})

test('replayWindow() does not move when only asked', () => {
  const replays = replayWindow(64)
  replays.accept(1)
  assert.equal(replays.status(1_000_000), 'new')
  assert.equal(replays.status(2), 'new')
})

test('replayWindow() takes nothing up to its floor', () => {
  const replays = replayWindow(64, 1_000)
  assert.equal(replays.status(1_000), 'old')
  assert.equal(replays.status(0), 'old')
  assert.equal(replays.status(1_001), 'new')
  replays.accept(1_001)
  assert.equal(replays.status(999), 'old')
})

test('replayWindow() forgets nothing and invents nothing, whatever the order', () => {
  const indices = fc.array(fc.nat({ max: 400 }), { maxLength: 200 })
  fc.assert(
    fc.property(indices, (order) => {
      const replays = replayWindow(64)
      const accepted = new Set<number>()
      let highest = -1
      for (const index of order) {
        const expected = accepted.has(index) ? 'replay' : 'new'
        assert.equal(replays.status(index), index <= highest - 64 ? 'old' : expected)
        if (replays.status(index) !== 'new') continue
        replays.accept(index)
        accepted.add(index)
        highest = Math.max(highest, index)
      }
    }),
  )
})
