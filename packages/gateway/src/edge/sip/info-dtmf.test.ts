import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseInfoDigit, serializeInfoDigit } from './info-dtmf.ts'

const parse = (type: string, text: string) => parseInfoDigit(type, new TextEncoder().encode(text))

test('parseInfoDigit() reads application/dtmf-relay, spaces and case aside', () => {
  assert.deepEqual(parse('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n'), {
    digit: '5',
    durationMs: 160,
  })
  assert.deepEqual(parse('Application/DTMF-Relay; x=y', 'signal= #\nduration= 100'), {
    digit: '#',
    durationMs: 100,
  })
})

test('parseInfoDigit() reads application/dtmf, and event codes for * and #', () => {
  assert.deepEqual(parse('application/dtmf', '*'), { digit: '*', durationMs: 250 })
  assert.equal(parse('application/dtmf-relay', 'Signal=11\r\n')?.digit, '#')
})

test('parseInfoDigit() refuses what is no digit', () => {
  for (const text of ['', '55', 'hookflash', 'Signal=', 'Signal=16', 'Signal=E', 'x'.repeat(300)])
    assert.equal(parse('application/dtmf-relay', text), undefined)
  assert.equal(parse('text/plain', '5'), undefined)
  assert.equal(parse('application/dtmf-relay', 'Signal=toString'), undefined)
})

test('parseInfoDigit() bounds the duration', () => {
  assert.equal(parse('application/dtmf-relay', 'Signal=1\r\nDuration=999999')?.durationMs, 5_000)
  assert.equal(parse('application/dtmf-relay', 'Signal=1\r\nDuration=-1')?.durationMs, 250)
})

test('parseInfoDigit() never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('application/dtmf', 'application/dtmf-relay'),
      fc.uint8Array(),
      (type, body) => {
        const info = parseInfoDigit(type, body)
        if (info) assert.match(info.digit, /^[0-9*#A-D]$/)
      },
    ),
  )
})

test('parseInfoDigit() undoes serializeInfoDigit()', () => {
  const info = fc.record(
    {
      digit: fc.constantFrom(...'0123456789*#ABCD'.split('')),
      durationMs: fc.integer({ min: 0, max: 5_000 }),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(info, (sent) =>
      assert.deepEqual(parse('application/dtmf-relay', serializeInfoDigit(sent)), sent),
    ),
  )
})
