import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseSipfrag, serializeSipfrag } from './refer-sipfrag.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('parseSipfrag() reads a status line, with or without what follows', () => {
  assert.equal(parseSipfrag(bytes('SIP/2.0 180 Ringing\r\n')), 180)
  assert.equal(parseSipfrag(bytes('SIP/2.0 200 OK')), 200)
  assert.equal(parseSipfrag(bytes('SIP/2.0 486 Busy\r\nTo: <sip:a@b>\r\n')), 486)
  for (const bad of ['', 'SIP/2.0 700 x', 'SIP/2.0 2000 x', 'INVITE sip:a@b SIP/2.0'])
    assert.equal(parseSipfrag(bytes(bad)), undefined)
})

test('parseSipfrag() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (body) => void parseSipfrag(body)))
})

test('parseSipfrag() undoes serializeSipfrag()', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 699 }), (status) =>
      assert.equal(parseSipfrag(serializeSipfrag(status)), status),
    ),
  )
})
