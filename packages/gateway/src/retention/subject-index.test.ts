import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { TenantId } from '#kernel'
import { canonicalSubject, subjectIndex } from './subject-index.ts'

const keyOf = (tenant: TenantId) => new Uint8Array(32).fill(tenant.length)
const index = subjectIndex(keyOf)
const acme = 'acme' as TenantId

test('canonicalSubject() takes every spelling of one number for that number', () => {
  const spellings = [
    '+49 30 123-456',
    '004930123456',
    '4930123456',
    'tel:+4930123456',
    'sip:+4930123456@a.example;user=phone',
    'SIPS:+49(30)123456@b.example',
    ' +4930123456 ',
  ]
  assert.deepEqual([...new Set(spellings.map(canonicalSubject))], ['4930123456'])
})

test('canonicalSubject() keeps people with the same name at different hosts apart', () => {
  assert.equal(canonicalSubject('sip:Alice@A.example'), 'alice@a.example')
  assert.notEqual(canonicalSubject('sip:alice@a.example'), canonicalSubject('sip:alice@b.example'))
})

test('canonicalSubject() never throws, and what it gives stays as it is', () => {
  fc.assert(fc.property(fc.string(), (text) => void canonicalSubject(text)))
  const number = fc.stringMatching(/^[1-9][0-9]{4,14}$/)
  fc.assert(
    fc.property(number, (digits) => assert.equal(canonicalSubject(canonicalSubject(`+${digits}`)), digits)),
  )
})

test('subjectIndex() gives the same person the same text within a tenant, and another one elsewhere', () => {
  assert.equal(index(acme, '+4930123456'), index(acme, 'sip:+4930123456@x'))
  assert.notEqual(index(acme, '+4930123456'), index(acme, '+4930123457'))
  assert.notEqual(index(acme, '+4930123456'), index('other' as TenantId, '+4930123456'))
  assert.ok(!index(acme, '+4930123456').includes('4930123456'))
})
