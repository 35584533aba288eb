import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptMessages } from './kept-messages.ts'

test('keptMessages() keeps the newest, and says what is missing', () => {
  const kept = keptMessages(3, 1_000)
  assert.deepEqual(kept.after(0), { messages: [], isWhole: true, fromMs: undefined })
  for (let seq = 1; seq <= 5; seq += 1) kept.keep(seq, String(seq), 20 * seq)
  assert.deepEqual(kept.after(3), { messages: ['4', '5'], isWhole: true, fromMs: 80 })
  assert.deepEqual(kept.after(2), { messages: ['3', '4', '5'], isWhole: true, fromMs: 60 })
  assert.deepEqual(kept.after(1), { messages: ['3', '4', '5'], isWhole: false, fromMs: 60 })
  assert.deepEqual(kept.after(9), { messages: [], isWhole: true, fromMs: undefined })
})

test('keptMessages() keeps no more bytes than it may, however few the messages, and says what is missing', () => {
  const kept = keptMessages(100, 10)
  const texts = () => kept.after(0).messages
  kept.keep(1, '1234', 20)
  kept.keep(2, new Uint8Array(6), 40)
  assert.equal(texts().length, 2)
  kept.keep(3, '3', 60)
  assert.deepEqual(kept.after(0), { messages: [new Uint8Array(6), '3'], isWhole: false, fromMs: 40 })
  kept.keep(4, 'x'.repeat(4_096), 80)
  assert.deepEqual(texts(), ['x'.repeat(4_096)])
  kept.keep(5, '5', 100)
  assert.deepEqual(kept.after(4), { messages: ['5'], isWhole: true, fromMs: 100 })
  for (let seq = 6; seq <= 300; seq += 1) kept.keep(seq, 'ab', seq)
  assert.deepEqual(kept.after(0).fromMs, 296)
})
