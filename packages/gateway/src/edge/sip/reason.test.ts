import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseReason, serializeReason } from './reason.ts'

test('parseReason() reads protocol, cause and words (RFC 3326)', () => {
  const elsewhere = { protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' }
  assert.deepEqual(parseReason('SIP ;cause=200 ;text="Call completed elsewhere"'), elsewhere)
  assert.deepEqual(parseReason('Q.850;cause=16'), { protocol: 'Q.850', cause: 16, text: undefined })
  assert.equal(parseReason(';cause=16'), undefined)
})

test('parseReason() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseReason(text)))
})

test('parseReason() undoes serializeReason()', () => {
  const reason = fc.record(
    {
      protocol: fc.constantFrom('SIP', 'Q.850', 'X-other'),
      cause: fc.option(fc.integer({ min: 0, max: 99_999 }), { nil: undefined }),
      text: fc.option(
        fc.string({ maxLength: 100 }).map((text) => text.replace(/\p{C}/gu, '')),
        { nil: undefined },
      ),
    },
    { noNullPrototype: true },
  )
  fc.assert(fc.property(reason, (sent) => assert.deepEqual(parseReason(serializeReason(sent)), sent)))
})
