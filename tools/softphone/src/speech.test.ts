import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { speechReader } from './speech.ts'

test('speechReader() cuts speech of any lengths into frames without losing a sample', () => {
  const parts = fc.array(fc.int16Array({ minLength: 1, maxLength: 50 }), { maxLength: 10 })
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 40 }), (spoken, frame) => {
      const queue = spoken.slice()
      const reader = speechReader(() => queue.shift())
      const all = spoken.flatMap((part) => [...part])
      const frames = Math.ceil(all.length / frame)
      const read = Array.from({ length: frames }, () => {
        const out = new Int16Array(frame)
        assert.equal(reader.read(out), true)
        return [...out]
      }).flat()
      assert.deepEqual(read.slice(0, all.length), all)
      assert.ok(read.slice(all.length).every((sample) => sample === 0))
    }),
  )
})

test('speechReader() gives silence, and says so, once the speech is over', () => {
  const reader = speechReader(Int16Array.of(1, 2, 3))
  const out = Int16Array.of(9, 9, 9, 9)
  assert.equal(reader.read(out), true)
  assert.deepEqual(out, Int16Array.of(1, 2, 3, 0))
  assert.equal(reader.read(out), false)
  assert.deepEqual(out, new Int16Array(4))
})

test('speechReader() does not ask a generator again that has ended', () => {
  let asked = 0
  const reader = speechReader(() => void (asked += 1))
  reader.read(new Int16Array(4))
  reader.read(new Int16Array(4))
  assert.equal(asked, 1)
})
