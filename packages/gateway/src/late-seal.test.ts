import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TenantId } from '#kernel'
import { lateSeal } from './late-seal.ts'

test('lateSeal() is closed until it is given the real seal', () => {
  const acme = 'acme' as TenantId
  const seal = lateSeal()
  assert.throws(() => seal.seal(acme, 'text', 'place'), { code: 'KEY_CLOSED' })
  assert.throws(() => seal.open(acme, 'text', 'place'), { code: 'KEY_CLOSED' })
  seal.fit({ seal: (...of) => of.join(' '), open: (...of) => of.join('/') })
  assert.equal(seal.seal(acme, 'text', 'place'), 'acme text place')
  assert.equal(seal.open(acme, 'text', 'place'), 'acme/text/place')
})
