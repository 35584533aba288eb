import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseKeyLabel, serializeKeyLabel } from './pkcs11-label.ts'

const label = fc.record(
  {
    name: fc.stringMatching(/^[\w.:/-]{1,128}$/),
    version: fc.integer({ min: 1, max: 999_999_999 }),
    destroyAtMs: fc.integer({ min: 0, max: 999_999_999_999_999 }),
  },
  { requiredKeys: ['name', 'version'], noNullPrototype: true },
)

test('parseKeyLabel() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseKeyLabel(text)))
})

test('parseKeyLabel() undoes serializeKeyLabel()', () => {
  fc.assert(fc.property(label, (key) => assert.deepEqual(parseKeyLabel(serializeKeyLabel(key)), key)))
})

test('parseKeyLabel() leaves the labels of others alone', () => {
  for (const other of ['acme', 'acme#', '#1', 'acme#0', 'acme#1~', 'acme#1~soon', 'acme#1#'])
    assert.equal(parseKeyLabel(other), undefined)
})
