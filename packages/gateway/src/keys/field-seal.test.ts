import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { TenantId } from '#kernel'
import { KeyError } from './error.ts'
import { tenantFieldSeal } from './field-seal.ts'
import { random } from './fake-provider.ts'

const keys = new Map([
  [1, random.bytes(32)],
  [2, random.bytes(32)],
])
const acme = 'acme' as TenantId
const rival = 'rival' as TenantId
const newSeal = (newest = 2) => {
  const seal = tenantFieldSeal(() => ({ newest, get: (version) => keys.get(version) }), random)
  return {
    ...seal,
    seal: (plain: string, context: string) => seal.seal(acme, plain, context),
    open: (sealed: string, context: string, tenant = acme) => seal.open(tenant, sealed, context),
  }
}
const isTampered = (error: unknown) => error instanceof KeyError && error.code === 'KEY_TAMPERED'
const text = fc.string({ unit: 'grapheme' }).map((one) => one.toWellFormed())

test('FieldSeal.open() undoes seal(), in another process too', () => {
  const [one, other] = [newSeal(), newSeal(1)]
  fc.assert(
    fc.property(text, text, (plain, context) =>
      assert.equal(other.open(one.seal(plain, context), context), plain),
    ),
  )
})

test('FieldSeal.seal() never seals the same text the same way twice', () => {
  const seal = newSeal()
  const sealed = new Set(Array.from({ length: 1_000 }, () => seal.seal('+4930', 'calls.from')))
  assert.equal(sealed.size, 1_000)
})

test('FieldSeal.open() refuses a text at another place', () => {
  const seal = newSeal()
  const sealed = seal.seal('+4930', 'calls.from call_1')
  for (const place of ['calls.to call_1', 'calls.from call_2', ''])
    assert.throws(() => seal.open(sealed, place), isTampered)
})

test('FieldSeal.open() refuses a text of another tenant, even under the same key', () => {
  const seal = newSeal()
  assert.throws(() => seal.open(seal.seal('+4930', 'x'), 'x', rival), isTampered)
})

test('FieldSeal.open() works again after forget(), which leaves nothing of a tenant', () => {
  const seal = newSeal()
  const sealed = seal.seal('+4930', 'x')
  seal.forget(acme)
  assert.equal(seal.open(sealed, 'x'), '+4930')
})

test('FieldSeal.open() refuses any change, whichever letter', () => {
  const seal = newSeal()
  const sealed = seal.seal('+4930111222333', 'x')
  for (let at = 'v1.2.'.length; at < sealed.length; at++) {
    const forged = sealed.slice(0, at) + (sealed[at] === 'A' ? 'Q' : 'A') + sealed.slice(at + 1)
    assert.throws(() => seal.open(forged, 'x'), isTampered)
  }
  assert.throws(() => seal.open(sealed.replace('v1.2.', 'v1.1.'), 'x'), isTampered)
})

test('FieldSeal.open() throws KeyError only, whatever the text', () => {
  const seal = newSeal()
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String().map((body) => `v1.1.${body}`),
      ),
      (sealed) => {
        assert.throws(() => seal.open(sealed, 'x'), KeyError)
      },
    ),
  )
})
