import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordingMarks } from './recording-marks.ts'

test('recordingMarks() makes one mark of those that touch, and lists all in the order of their beginnings', () => {
  const marks = recordingMarks()
  marks.add(0, 800, 1_600, 'redacted', 'card')
  marks.add(1, 0, 80, 'paused', 'paused')
  marks.add(0, 1_600, 2_001, 'redacted', 'card')
  marks.add(0, 100, 100, 'redacted', 'card')
  assert.deepEqual(marks.list(10_000), [
    { channel: 1, fromMs: 0, toMs: 10, kind: 'paused', why: 'paused' },
    { channel: 0, fromMs: 100, toMs: 251, kind: 'redacted', why: 'card' },
  ])
})

test('recordingMarks() ends where the recording ends', () => {
  const marks = recordingMarks()
  marks.add(0, 800, 80_000, 'redacted', 'card')
  marks.add(0, 8_000, 9_000, 'redacted', 'ssn')
  assert.deepEqual(marks.list(1_600), [{ channel: 0, fromMs: 100, toMs: 200, kind: 'redacted', why: 'card' }])
})

test('recordingMarks() covers everything when it is full, with as many marks as before', () => {
  const marks = recordingMarks(3)
  for (let at = 0; at < 50; at++)
    marks.add(0, at * 1_600, at * 1_600 + 800, 'redacted', at < 2 ? 'card' : 'ssn')
  const list = marks.list(1_000_000)
  assert.equal(list.length, 3)
  for (let at = 0; at < 50; at++)
    assert.ok(list.some(({ fromMs, toMs }) => fromMs <= at * 200 && toMs >= at * 200 + 100))
})

test('recordingMarks() keeps reasons short', () => {
  const marks = recordingMarks()
  marks.add(0, 0, 8, 'redacted', 'x'.repeat(1_000))
  assert.equal(marks.list(8)[0]?.why.length, 64)
})
