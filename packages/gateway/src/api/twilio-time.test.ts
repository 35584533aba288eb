import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { TwilioError } from './twilio-error.ts'
import { parseForm } from './twilio-form.ts'
import { isWithin, rfc2822, timeRange } from './twilio-time.ts'

const form = (fields: Record<string, string>) => parseForm(new URLSearchParams(fields).toString())

test('rfc2822() is read back as the same second', () => {
  assert.equal(rfc2822(new Date('2010-08-31T20:36:28.500Z')), 'Tue, 31 Aug 2010 20:36:28 +0000')
  const times = fc.integer({ min: 0, max: 4_000_000_000_000 })
  fc.assert(
    fc.property(times, (ms) => {
      assert.equal(Date.parse(rfc2822(new Date(ms))), Math.floor(ms / 1_000) * 1_000)
    }),
  )
})

test('I10: timeRange() reads a day, a moment, and what lies at or after and at or before one', () => {
  const at = (text: string) => new Date(text)
  const day = timeRange(form({ StartTime: '2026-07-01' }), 'StartTime')
  assert.equal(isWithin(day, at('2026-07-01T23:59:59Z')), true)
  assert.equal(isWithin(day, at('2026-07-02T00:00:00Z')), false)
  const between = timeRange(
    form({ 'StartTime>': '2026-07-01T10:00:00Z', 'StartTime<': '2026-07-01T11:00:00Z' }),
    'StartTime',
  )
  assert.equal(isWithin(between, at('2026-07-01T10:00:00Z')), true)
  assert.equal(isWithin(between, at('2026-07-01T11:00:00.999Z')), true)
  assert.equal(isWithin(between, at('2026-07-01T11:00:01Z')), false)
  assert.equal(isWithin(between, null), false)
  assert.equal(isWithin(timeRange(form({}), 'StartTime'), null), true)
})

test('timeRange() refuses what is no time, and never throws anything else', () => {
  assert.throws(() => timeRange(form({ 'EndTime>': 'yesterday' }), 'EndTime'), TwilioError)
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      try {
        timeRange(form({ StartTime: text }), 'StartTime')
      } catch (error) {
        assert.ok(error instanceof TwilioError)
      }
    }),
  )
})
