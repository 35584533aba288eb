import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asksNobody, consentLevels, stricter } from './level.ts'

test('stricter() gives the one that asks for more, whichever comes first', () => {
  for (const [at, level] of consentLevels.entries())
    for (const other of consentLevels.slice(at)) {
      assert.equal(stricter(level, other), other)
      assert.equal(stricter(other, level), other)
    }
})

test('asksNobody() holds where whoever records may agree alone', () => {
  assert.deepEqual(consentLevels.filter(asksNobody), ['none', 'one-party'])
})
