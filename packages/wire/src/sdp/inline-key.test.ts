import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseInlineKey, serializeInlineKey } from './inline-key.ts'

const keyAndSalt = new Uint8Array(30).map((_, at) => at)
const base64 = keyAndSalt.toBase64()

test('parseInlineKey() reads a key alone', () => {
  assert.deepEqual(parseInlineKey(`inline:${base64}`), { keyAndSalt })
})

test('interop 1: parseInlineKey() tells a lifetime from an MKI by its colon', () => {
  const mki = new Uint8Array([1])
  assert.deepEqual(parseInlineKey(`inline:${base64}|1:1`), { keyAndSalt, mki })
  assert.deepEqual(parseInlineKey(`inline:${base64}|1`), { keyAndSalt, lifetime: 1n })
  assert.deepEqual(parseInlineKey(`inline:${base64}|2^20|1:1`), { keyAndSalt, lifetime: 2n ** 20n, mki })
})

test('interop 2: parseInlineKey() reads a lifetime as a power or in decimal, up to 2^48', () => {
  for (const [text, lifetime] of [
    ['2^31', 2n ** 31n],
    ['2^48', 2n ** 48n],
    ['281474976710656', 2n ** 48n],
    ['1000', 1_000n],
  ] as const) {
    assert.equal(parseInlineKey(`inline:${base64}|${text}`)?.lifetime, lifetime)
  }
  for (const text of ['0', '2^49', '2^99', '281474976710657', '', '2^', '-1', '9'.repeat(400)]) {
    assert.equal(parseInlineKey(`inline:${base64}|${text}`), undefined, text)
  }
})

test('parseInlineKey() writes an MKI out in its length, network order', () => {
  assert.deepEqual(parseInlineKey(`inline:${base64}|258:4`)?.mki, new Uint8Array([0, 0, 1, 2]))
  assert.equal(parseInlineKey(`inline:${base64}|1:128`)?.mki?.length, 128)
})

test('parseInlineKey() refuses an MKI that does not fit its length, or has none', () => {
  for (const text of ['256:1', '1:0', '1:129', ':4', '1:', '1:1:1', '1:1|2^20', '1:1|1:1']) {
    assert.equal(parseInlineKey(`inline:${base64}|${text}`), undefined, text)
  }
})

test('interop 3: parseInlineKey() takes base64 with its padding or without', () => {
  const key = new Uint8Array(46).fill(7)
  const padded = key.toBase64()
  assert.match(padded, /==$/)
  for (const text of [padded, padded.slice(0, -1), padded.slice(0, -2)]) {
    assert.deepEqual(parseInlineKey(`inline:${text}`)?.keyAndSalt, key)
  }
})

test('parseInlineKey() refuses another method and other alphabets', () => {
  for (const text of [
    `uri:${base64}`,
    base64,
    'inline:',
    'inline:AAAA AAAA',
    'inline:AA-_',
    'inline:AAAAA',
  ]) {
    assert.equal(parseInlineKey(text), undefined, text)
  }
})

test('serializeInlineKey() writes a power of two as one', () => {
  const key = { keyAndSalt, lifetime: 2n ** 31n, mki: new Uint8Array([1, 0]) }
  assert.equal(serializeInlineKey(key), `inline:${base64}|2^31|256:2`)
  assert.equal(serializeInlineKey({ keyAndSalt, lifetime: 1_000n }), `inline:${base64}|1000`)
})
