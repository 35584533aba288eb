import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pendingMarks } from './pending-marks.ts'

test('pendingMarks() resolves marks of one name in the order they were sent', async () => {
  const marks = pendingMarks()
  const both = [marks.wait('a'), marks.wait('a')]
  marks.told('a', 'played')
  marks.told('a', 'cleared')
  assert.deepEqual(await Promise.all(both), ['played', 'cleared'])
})

test('pendingMarks() takes what was pending at a clear for cleared where the wire does not tell', async () => {
  const marks = pendingMarks()
  const [before, pending] = [marks.wait('a'), marks.wait('b')]
  marks.told('a', undefined)
  marks.cleared()
  const after = marks.wait('c')
  for (const name of ['b', 'c', 'unknown']) marks.told(name, undefined)
  assert.deepEqual(await Promise.all([before, pending, after]), ['played', 'cleared', 'played'])
})

test('pendingMarks() leaves nobody waiting at the end', async () => {
  const marks = pendingMarks()
  const waiting = marks.wait('a')
  marks.end()
  assert.equal(await waiting, 'cleared')
})
