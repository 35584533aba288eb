import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseIdentityHeader, serializeIdentityHeader, type IdentityHeader } from './identity-header.ts'

test('parseIdentityHeader() reads the full form with all parameters', () => {
  assert.deepEqual(parseIdentityHeader('ab-c.de_f.ghi;info=<https://c.example/a;b?c>;alg=ES256;ppt=shaken'), {
    protectedHeader: 'ab-c',
    payload: 'de_f',
    signature: 'ghi',
    info: 'https://c.example/a;b?c',
    alg: 'ES256',
    ppt: 'shaken',
  })
})

test('parseIdentityHeader() reads the compact form, blanks, quotes, any case and unknown parameters', () => {
  assert.deepEqual(parseIdentityHeader(' ..ghi ; INFO = <https://c.example> ;ppt="sha\\ken";x;y=z '), {
    protectedHeader: '',
    payload: '',
    signature: 'ghi',
    info: 'https://c.example',
    alg: undefined,
    ppt: 'shaken',
  })
})

test('parseIdentityHeader() refuses what is no Identity header', () => {
  for (const value of [
    '',
    'a.b.c', // no info: RFC 8224 §4 wants it
    'a.b.;info=<https://c.example>',
    'a..c;info=<https://c.example>',
    '.b.c;info=<https://c.example>',
    'a.b.c.d;info=<https://c.example>',
    'a+b.b.c;info=<https://c.example>', // base64, not base64url
    'a.b.c;info=https://c.example',
    'a.b.c;info=<>',
    'a.b.c;info=<https://c.example>;info=<https://d.example>',
    'a.b.c;info=<https://c.example>;ppt=shaken;PPT=div',
    'a.b.c;info=<https://c.example>, d.e.f;info=<https://c.example>',
    'a.b.c;info=<https://c.example',
    'a.b.c;info=<https://c.example>;ppt="shaken',
    `a.b.c;info=<https://c.example/${'x'.repeat(8_192)}>`,
  ]) {
    assert.equal(parseIdentityHeader(value), undefined, value.slice(0, 60))
  }
})

test('parseIdentityHeader() never throws, whatever the text', () => {
  const pieces = fc.constantFrom(
    '.',
    ';',
    '=',
    '<',
    '>',
    '"',
    '\\',
    'info',
    'a',
    ' ',
    'https://c.example',
    '\r\n',
  )
  fc.assert(fc.property(fc.string(), (text) => void parseIdentityHeader(text)))
  fc.assert(fc.property(fc.array(pieces), (parts) => void parseIdentityHeader(`a.b.c${parts.join('')}`)))
})

test('parseIdentityHeader() undoes serializeIdentityHeader()', () => {
  const part = fc.stringMatching(/^[\w-]{1,40}$/)
  const name = fc.option(fc.stringMatching(/^[a-zA-Z0-9]{1,10}$/), { nil: undefined })
  const info = fc.stringMatching(/^https:\/\/[a-z]{1,9}\.example\/[\w;=?&,%.-]{0,30}$/)
  const full = fc.record(
    { protectedHeader: part, payload: part, signature: part, info, alg: name, ppt: name },
    { noNullPrototype: true },
  )
  const compact = full.map((header) => ({ ...header, protectedHeader: '', payload: '' }))
  fc.assert(
    fc.property(fc.oneof(full, compact), (header: IdentityHeader) => {
      assert.deepEqual(parseIdentityHeader(serializeIdentityHeader(header)), header)
    }),
  )
})

test('parseIdentityHeader() takes linear time for what is made to cost', () => {
  const started = performance.now()
  parseIdentityHeader(`a.b.c${';a="\\'.repeat(2_000)}`)
  parseIdentityHeader(`a.b.c${' ;'.repeat(4_000)}`)
  assert.ok(performance.now() - started < 1_000) // it is below 5 ms; quadratic backtracking would not be
})
