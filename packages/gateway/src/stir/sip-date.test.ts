import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseSipDate } from './sip-date.ts'

test('parseSipDate() undoes the one spelling that SIP has', () => {
  const dates = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  fc.assert(
    fc.property(dates, (date) => {
      assert.equal(parseSipDate(date.toUTCString()), Math.floor(date.getTime() / 1_000))
    }),
  )
})

test('parseSipDate() takes no other spelling', () => {
  for (const text of [
    '',
    '2026-03-01T12:00:00Z',
    'Sun, 1 Mar 2026 12:00:00 GMT',
    'Sun, 01 Mar 2026 12:00:00 CET',
    'Sun, 01 Mar 2026 25:00:00 GMT',
    '0',
  ]) {
    assert.equal(parseSipDate(text), undefined, text)
  }
})

test('parseSipDate() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseSipDate(text)))
})
