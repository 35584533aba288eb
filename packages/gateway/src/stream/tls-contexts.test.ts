import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { tlsContexts } from './tls-contexts.ts'

const pki = await createPki()
const { certPem: cert, keyPem: key } = await pki.issue(['127.0.0.1'])

test('tlsContexts() makes one context of the same material, and another of other material', () => {
  const contexts = tlsContexts()
  const first = contexts.of({ ca: pki.caPem })
  assert.equal(contexts.of({ ca: pki.caPem }), first)
  assert.notEqual(contexts.of({}), first)
  assert.notEqual(contexts.of({ ca: pki.caPem, cert, key }), first)
})

test('tlsContexts() keeps a bounded number', () => {
  const contexts = tlsContexts()
  const first = contexts.of({ ca: `${pki.caPem}\n` })
  for (let n = 0; n < 64; n += 1) contexts.of({ ca: pki.caPem + '\n'.repeat(n + 2) })
  assert.notEqual(contexts.of({ ca: `${pki.caPem}\n` }), first)
})

test('tlsContexts() throws for a key that is none', () => {
  assert.throws(() => tlsContexts().of({ cert, key: 'no key' }))
})
