import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { KeyError } from '#keys'
import { parseKeyRef, serializeKeyRef, versionOf } from './key-ref.ts'

const isUnknown = (error: unknown) => error instanceof KeyError && error.code === 'KEY_UNKNOWN'
const word = fc.stringMatching(/^[^:]{1,20}$/s)
const ref = fc.record(
  { provider: word, name: fc.string({ minLength: 1 }), version: word },
  { noNullPrototype: true },
)

test('parseKeyRef() fails only as KEY_UNKNOWN, whatever the text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, provider) => {
      try {
        parseKeyRef(text, provider)
      } catch (error) {
        assert.ok(isUnknown(error))
      }
    }),
  )
})

test('parseKeyRef() undoes serializeKeyRef(), names with colons included', () => {
  fc.assert(fc.property(ref, (key) => assert.deepEqual(parseKeyRef(serializeKeyRef(key), key.provider), key)))
})

test('parseKeyRef() refuses what another provider made', () => {
  assert.throws(() => parseKeyRef('bao:acme:1', 'kms'), isUnknown)
})

test('versionOf() takes counting numbers alone', () => {
  const of = (version: string) => versionOf({ provider: 'p', name: 'n', version })
  assert.equal(of('12'), 12)
  for (const wrong of ['0', '-1', '01', '1e3', ' 1', '1.5', '9999999999'])
    assert.throws(() => of(wrong), isUnknown)
})
