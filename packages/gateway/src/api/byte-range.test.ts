import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseByteRange } from './byte-range.ts'

test('parseByteRange() reads the examples of RFC 9110 §14.1.2', () => {
  assert.deepEqual(parseByteRange('bytes=0-499', 10_000), { start: 0, end: 500 })
  assert.deepEqual(parseByteRange('bytes=500-999', 10_000), { start: 500, end: 1_000 })
  assert.deepEqual(parseByteRange('bytes=-500', 10_000), { start: 9_500, end: 10_000 })
  assert.deepEqual(parseByteRange('bytes=9500-', 10_000), { start: 9_500, end: 10_000 })
  assert.deepEqual(parseByteRange('bytes=0-0', 10_000), { start: 0, end: 1 })
  assert.deepEqual(parseByteRange('bytes=-20000', 10_000), { start: 0, end: 10_000 })
  assert.deepEqual(parseByteRange('bytes=9999-20000', 10_000), { start: 9_999, end: 10_000 })
})

test('parseByteRange() tells what cannot be satisfied from what is to be ignored', () => {
  for (const header of ['bytes=10000-', 'bytes=10000-20000', 'bytes=-0'])
    assert.equal(parseByteRange(header, 10_000), 'unsatisfiable', header)
  for (const header of [
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=0-1,5-6',
    'lines=0-1',
    'bytes=a-b',
    'bytes=0x1-5',
  ])
    assert.equal(parseByteRange(header, 10_000), 'whole', String(header))
  assert.equal(parseByteRange('bytes=0-', 0), 'unsatisfiable')
})

test('parseByteRange() stays inside the file, whatever the header', () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.nat()).map(([first, last]) => `bytes=${first}-${last}`),
    fc.nat().map((last) => `bytes=-${last}`),
  )
  fc.assert(
    fc.property(header, fc.nat(), (text, length) => {
      const range = parseByteRange(text, length)
      if (typeof range === 'object')
        assert.ok(range.start >= 0 && range.start < range.end && range.end <= length)
    }),
  )
})
