import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { CallId } from '#kernel'
import { fitsLeaf, hashOfLeaf, leafOf, readLeaf, type AuditEntry } from './entry.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((one) => one.toWellFormed())
const entry: fc.Arbitrary<Omit<AuditEntry, 'hash'>> = fc.record({
  index: fc.maxSafeNat(),
  at: fc
    .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
    .map((at) => at.toISOString()),
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

test('readLeaf() takes nothing that canonical JSON does not know, nor a time that is none', () => {
  const made = leafOf({ ...fc.sample(entry, 1)[0]!, at: '2026-01-01T00:00:00.000Z', fields: { n: 1 } })
  assert.notEqual(readLeaf(made), undefined)
  for (const fields of ['{"n":1e999}', '{"n":"\\ud800"}', '{"\\ud800":1}', '{"n":{}}'])
    assert.equal(readLeaf(made.replace('{"n":1}', fields)), undefined, fields)
  for (const at of ['x', '2026-01-01', '+275760-09-13T00:00:00.000Z', '1969-12-31T23:59:59.999Z'])
    assert.equal(readLeaf(made.replace('2026-01-01T00:00:00.000Z', at)), undefined, at)
})

test('a leaf is one line: an export has nothing else to part entries by', () => {
  fc.assert(fc.property(entry, (made) => assert.doesNotMatch(leafOf(made), /[\n\r]/)))
  assert.match(leafOf({ ...fc.sample(entry, 1)[0]!, type: 'a\nb' }), /"type":"a\\nb"/)
})

test('fitsLeaf() counts bytes', () => {
  assert.deepEqual([fitsLeaf('é'.repeat(32_767)), fitsLeaf('é'.repeat(32_768))], [true, false])
})
