import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseEvent, serializeEvent } from './event-payload.ts'

test('parseEvent() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => void parseEvent(bytes)))
})

test('parseEvent() undoes serializeEvent()', () => {
  const event = fc
    .tuple(
      fc.constantFrom(...'0123456789*#ABCD'.split('')),
      fc.boolean(),
      fc.nat({ max: 63 }),
      fc.nat({ max: 0xffff }),
    )
    .map(([digit, end, volume, duration]) => ({ digit, end, volume, duration }))
  fc.assert(
    fc.property(event, (fields) => {
      const payload = serializeEvent(fields)
      assert.ok(payload)
      assert.deepEqual(parseEvent(payload), fields)
    }),
  )
})

test('parseEvent() has no digit for a flash hook or a fax tone', () => {
  assert.equal(parseEvent(Uint8Array.of(16, 0, 0, 160)), undefined)
  assert.equal(parseEvent(Uint8Array.of(32, 0, 0, 160)), undefined)
})

test('serializeEvent() refuses what is no key', () => {
  for (const digit of ['', 'a', '12', 'E', ' ']) {
    assert.equal(serializeEvent({ digit, end: false, volume: 0, duration: 0 }), undefined)
  }
})
