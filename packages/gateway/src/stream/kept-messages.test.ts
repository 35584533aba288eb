import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptMessages } from './kept-messages.ts'

test('keptMessages() keeps the newest, and says what is missing', () => {
  const kept = keptMessages(3)
  assert.deepEqual(kept.after(0), { messages: [], isWhole: true, fromMs: undefined })
  for (let seq = 1; seq <= 5; seq += 1) kept.keep(seq, String(seq), 20 * seq)
  assert.deepEqual(kept.after(3), { messages: ['4', '5'], isWhole: true, fromMs: 80 })
  assert.deepEqual(kept.after(2), { messages: ['3', '4', '5'], isWhole: true, fromMs: 60 })
  assert.deepEqual(kept.after(1), { messages: ['3', '4', '5'], isWhole: false, fromMs: 60 })
  assert.deepEqual(kept.after(9), { messages: [], isWhole: true, fromMs: undefined })
})
