import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { comparePeriods, endOf, parsePeriod, serializePeriod, type Period } from './period.ts'

const period: fc.Arbitrary<Period> = fc.oneof(
  fc.constant({ kind: 'forever' as const }),
  fc.record(
    {
      kind: fc.constant('for' as const),
      count: fc.integer({ min: 1, max: 99_999 }),
      unit: fc.constantFrom('h' as const, 'd' as const, 'w' as const, 'y' as const),
    },
    { noNullPrototype: true },
  ),
)
const of = (text: string): Period => {
  const parsed = parsePeriod(text)
  assert.ok(parsed, text)
  return parsed
}

test('parsePeriod() undoes serializePeriod()', () => {
  fc.assert(fc.property(period, (one) => assert.deepEqual(parsePeriod(serializePeriod(one)), one)))
})

test('parsePeriod() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parsePeriod(text)))
})

test('parsePeriod() takes nothing but a count with a unit', () => {
  for (const text of ['', '0d', '-1d', '1', 'd', '1.5d', '1D', '30 d', '100000d', '30days', 'Forever'])
    assert.equal(parsePeriod(text), undefined, text)
})

test('endOf() counts hours, days and weeks in milliseconds, and years on the calendar', () => {
  const end = (text: string, start: string) => endOf(of(text), new Date(start))?.toISOString() ?? null
  assert.equal(end('36h', '2026-01-01T00:00:00Z'), '2026-01-02T12:00:00.000Z')
  assert.equal(end('30d', '2026-01-01T00:00:00Z'), '2026-01-31T00:00:00.000Z')
  assert.equal(end('2w', '2026-01-01T00:00:00Z'), '2026-01-15T00:00:00.000Z')
  assert.equal(end('7y', '2026-05-06T07:08:09Z'), '2033-05-06T07:08:09.000Z')
  assert.equal(end('1y', '2028-02-29T00:00:00Z'), '2029-03-01T00:00:00.000Z')
  assert.equal(end('forever', '2026-01-01T00:00:00Z'), null)
})

test('comparePeriods() orders them by length, forever last', () => {
  const sorted = ['forever', '1y', '365d', '30d', '4w', '12h'].map(of).toSorted(comparePeriods)
  assert.deepEqual(sorted.map(serializePeriod), ['12h', '4w', '30d', '1y', '365d', 'forever'])
})
