import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Secret } from '#kernel'
import { cursors } from './cursor.ts'

const made = cursors(new Secret(new Uint8Array(32).fill(1)))
const id = `call_${'0'.repeat(32)}`

test('cursors open() undoes seal() for the same list', () => {
  fc.assert(
    fc.property(fc.string(), fc.stringMatching(/^[a-z]{1,5}_[0-9a-f]{32}$/), (scope, id) => {
      assert.equal(made.open(scope, made.seal(scope, id)), id)
    }),
  )
})

test('cursors open() refuses another list, another key, and every changed bit', () => {
  const cursor = made.seal('calls acme', id)
  assert.equal(made.open('calls other', cursor), undefined)
  assert.equal(cursors(new Secret(new Uint8Array(32).fill(2))).open('calls acme', cursor), undefined)
  const bytes = Buffer.from(cursor, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(made.open('calls acme', changed.toString('base64url')), undefined)
  }
})

test('cursors open() never throws, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), (text) => assert.equal(made.open('calls', text), undefined)),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.equal(made.open('calls', Buffer.from(bytes).toString('base64url')), undefined)
    }),
  )
})
