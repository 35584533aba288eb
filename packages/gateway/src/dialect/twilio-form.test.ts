import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { rfc2822 } from './twilio-form.ts'

test('rfc2822() is read back as the same second', () => {
  assert.equal(rfc2822(Date.parse('2010-08-31T20:36:28.500Z')), 'Tue, 31 Aug 2010 20:36:28 +0000')
  const times = fc.integer({ min: 0, max: 4_000_000_000_000 })
  fc.assert(
    fc.property(times, (ms) => {
      assert.equal(Date.parse(rfc2822(ms)), Math.floor(ms / 1_000) * 1_000)
    }),
  )
})
