import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { CallId } from '#kernel'
import { fitsLeaf, hashOfLeaf, leafOf, readLeaf, type AuditEntry } from './entry.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((one) => one.toWellFormed())
const entry: fc.Arbitrary<Omit<AuditEntry, 'hash'>> = fc.record({
  index: fc.maxSafeNat(),
  at: text,
  tenant: text as fc.Arbitrary<never>,
  call: fc.constantFrom(null, `call_${'a'.repeat(32)}` as CallId),
  type: text,
  actor: text,
  fields: fc.dictionary(
    text.filter((name) => name !== '__proto__'),
    fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
  ),
})

test('readLeaf() undoes leafOf()', () => {
  fc.assert(
    fc.property(entry, (made) => {
      const leaf = leafOf(made)
      const read = readLeaf(leaf)
      const hash = Buffer.from(hashOfLeaf(leaf)).toString('hex')
      assert.deepEqual(read && { ...read, fields: { ...read.fields } }, {
        ...made,
        fields: { ...made.fields },
        hash,
      })
    }),
  )
})

test('readLeaf() never throws, whatever the text, and takes no other spelling', () => {
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((json) => JSON.stringify({ index: 1, fields: json })),
  )
  fc.assert(fc.property(body, (leaf) => assert.equal(readLeaf(leaf), undefined)))
  fc.assert(fc.property(entry, (made) => assert.equal(readLeaf(`${leafOf(made)} `), undefined)))
})

test('a leaf is one line: an export has nothing else to part entries by', () => {
  fc.assert(fc.property(entry, (made) => assert.doesNotMatch(leafOf(made), /[\n\r]/)))
  assert.match(leafOf({ ...fc.sample(entry, 1)[0]!, type: 'a\nb' }), /"type":"a\\nb"/)
})

test('fitsLeaf() counts bytes', () => {
  assert.deepEqual([fitsLeaf('é'.repeat(32_767)), fitsLeaf('é'.repeat(32_768))], [true, false])
})
