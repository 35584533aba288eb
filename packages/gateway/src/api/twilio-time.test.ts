import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { TwilioError } from './twilio-error.ts'
import { parseForm } from './twilio-form.ts'
import { isWithin, timeRange } from './twilio-time.ts'

const form = (fields: Record<string, string>) => parseForm(new URLSearchParams(fields).toString())

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
