import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawMarks } from './recording-marks.ts'

const mark = { channel: 'caller', from_ms: 0, to_ms: 5_000, kind: 'redacted', why: 'card' } as const
const found = { recording_id: 'rec_1', duration_ms: 10_000, audited: 'same' } as const

test('drawMarks() draws what was done to each side at its place, and lists it', () => {
  const paused = { ...mark, kind: 'paused', why: 'paused', from_ms: 4_000, to_ms: 10_000 } as const
  const lines = drawMarks({ ...found, data: [mark, paused] }, 30).split('\n')
  assert.equal(lines[1], 'caller  |##########----------|')
  assert.equal(lines[2], `agent   |${' '.repeat(20)}|`)
  assert.match(lines[6] ?? '', /caller +0\.00 +5\.00 +redacted +card/)
})

test('drawMarks() draws even the shortest mark, and one at the very end', () => {
  const short = { ...mark, channel: 'agent', from_ms: 10_000, to_ms: 10_000 } as const
  assert.match(drawMarks({ ...found, data: [short] }, 30), /agent {3}\| {19}#\|/)
})

test('drawMarks() says when somebody altered the marks, and when there are none', () => {
  assert.match(drawMarks({ ...found, audited: 'different', data: [mark] }), /somebody altered them/)
  assert.match(drawMarks({ ...found, data: [] }), /nothing was overwritten/)
})
