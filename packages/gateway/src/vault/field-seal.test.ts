import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { VaultError } from './error.ts'
import { fieldSeal } from './field-seal.ts'
import { random } from './test-keys.ts'

const keys = new Map([
  [1, random.bytes(32)],
  [2, random.bytes(32)],
])
const isTampered = (error: unknown) => error instanceof VaultError && error.code === 'VAULT_TAMPERED'
const text = fc.string({ unit: 'grapheme' }).map((one) => one.toWellFormed())

test('FieldSeal.open() undoes seal(), in another process too', () => {
  const [one, other] = [fieldSeal(keys, 2, random), fieldSeal(keys, 1, random)]
  fc.assert(
    fc.property(text, text, (plain, context) =>
      assert.equal(other.open(one.seal(plain, context), context), plain),
    ),
  )
})

test('FieldSeal.seal() never seals the same text the same way twice', () => {
  const seal = fieldSeal(keys, 2, random)
  const sealed = new Set(Array.from({ length: 1_000 }, () => seal.seal('+4930', 'calls.from')))
  assert.equal(sealed.size, 1_000)
})

test('FieldSeal.open() refuses a text at another place', () => {
  const seal = fieldSeal(keys, 2, random)
  const sealed = seal.seal('+4930', 'calls.from call_1')
  for (const place of ['calls.to call_1', 'calls.from call_2', ''])
    assert.throws(() => seal.open(sealed, place), isTampered)
})

test('FieldSeal.open() refuses any change, whichever letter', () => {
  const seal = fieldSeal(keys, 2, random)
  const sealed = seal.seal('+4930111222333', 'x')
  for (let at = 'v1.2.'.length; at < sealed.length; at++) {
    const forged = sealed.slice(0, at) + (sealed[at] === 'A' ? 'Q' : 'A') + sealed.slice(at + 1)
    assert.throws(() => seal.open(forged, 'x'), isTampered)
  }
  assert.throws(() => seal.open(sealed.replace('v1.2.', 'v1.1.'), 'x'), isTampered)
})

test('FieldSeal.open() throws VaultError only, whatever the text', () => {
  const seal = fieldSeal(keys, 2, random)
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String().map((body) => `v1.1.${body}`),
      ),
      (sealed) => {
        assert.throws(() => seal.open(sealed, 'x'), VaultError)
      },
    ),
  )
})
