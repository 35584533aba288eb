import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseStreamMessage } from './stream-message.ts'

test('parseStreamMessage() never throws, whatever the text', () => {
  const almost = fc
    .record({
      event: fc.constantFrom('start', 'media', 'dtmf', 'mark'),
      media: fc.anything(),
      dtmf: fc.anything(),
    })
    .map((value) => JSON.stringify(value))
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), almost), (text) => void parseStreamMessage(text)))
})

test('parseStreamMessage() undoes JSON.stringify()', () => {
  const message = fc.oneof(
    fc.record({ event: fc.constant('start'), streamSid: fc.string() }),
    fc.record({
      event: fc.constant('media'),
      media: fc.record({ track: fc.string(), payload: fc.base64String() }),
    }),
    fc.record({ event: fc.constant('dtmf'), dtmf: fc.record({ digit: fc.string() }) }),
    fc.record({ event: fc.constant('mark') }),
  )
  fc.assert(
    fc.property(message, (value) =>
      assert.equal(JSON.stringify(parseStreamMessage(JSON.stringify(value))), JSON.stringify(value)),
    ),
  )
})

test('parseStreamMessage() passes over what is not whole or not ours', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '{"event":"connected"}',
    '{"event":"media","media":{"track":"inbound"}}',
  ])
    assert.equal(parseStreamMessage(text), undefined, text)
})
