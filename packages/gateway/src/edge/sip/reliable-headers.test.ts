import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseRAck, serializeRAck } from './reliable-headers.ts'

test('parseRAck() reads what a PRACK acknowledges (RFC 3262 §7.2)', () => {
  assert.deepEqual(parseRAck('776656 1 INVITE'), { rseq: 776_656, seq: 1, method: 'INVITE' })
  for (const bad of ['', '1', '1 INVITE', '4294967296 1 INVITE', 'x 1 INVITE', '1 1'])
    assert.equal(parseRAck(bad), undefined)
})

test('parseRAck() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseRAck(text)))
})

test('parseRAck() undoes serializeRAck()', () => {
  const rack = fc.record(
    {
      rseq: fc.integer({ min: 0, max: 0xffff_ffff }),
      seq: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      method: fc.constantFrom('INVITE', 'UPDATE'),
    },
    { noNullPrototype: true },
  )
  fc.assert(fc.property(rack, (sent) => assert.deepEqual(parseRAck(serializeRAck(sent)), sent)))
})
