import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parsePassport, rebuildPassport, serializePassport } from './passport.ts'

interface SerializationCase {
  readonly name: string
  readonly protectedHeader: string
  readonly payload: string
  readonly x5u: string
  readonly iat: number
  readonly orig: string
}

const file = new URL('../../../../spec/vectors/stir/rfc8225-a-serialization.json', import.meta.url)
const { cases, source } = JSON.parse(await readFile(file, 'utf8')) as {
  cases: SerializationCase[]
  source: string
}
for (const { name, protectedHeader, payload, x5u, iat, orig } of cases) {
  test(`parsePassport() reads ${source}: ${name}`, () => {
    const passport = { ppt: undefined, x5u, iat, orig, dest: [] }
    assert.deepEqual(parsePassport(protectedHeader, payload), { ok: true, passport })
  })
  test(`rebuildPassport() writes the header of ${source}: ${name}`, () => {
    assert.equal(rebuildPassport({ x5u, iat, orig, dest: '1' }).protectedHeader, protectedHeader)
  })
}

test('serializePassport() writes keys in order and no white space (RFC 8225 §9)', () => {
  const parts = serializePassport({
    x5u: 'https://cert.example.org/passport.cer',
    iat: 1_443_208_345,
    orig: '12155551212',
    dest: ['12125551213'],
    attestation: 'A',
    originationId: '123e4567-e89b-12d3-a456-426655440000',
  })
  const text = (part: string) => Buffer.from(part, 'base64url').toString()
  assert.equal(
    text(parts.protectedHeader),
    '{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"https://cert.example.org/passport.cer"}',
  )
  assert.equal(
    text(parts.payload),
    '{"attest":"A","dest":{"tn":["12125551213"]},"iat":1443208345,"orig":{"tn":"12155551212"},"origid":"123e4567-e89b-12d3-a456-426655440000"}',
  )
})

test('parsePassport() undoes serializePassport()', () => {
  const number = fc.stringMatching(/^\d{1,15}$/)
  const passports = fc.record({
    x5u: fc
      .tuple(fc.webAuthority({ withPort: true }), fc.string().map(encodeURIComponent))
      .map(([authority, path]) => `https://${authority}/${path}`),
    iat: fc.nat(),
    orig: number,
    dest: fc.array(number, { maxLength: 32 }),
    attestation: fc.constantFrom('A', 'B', 'C'),
    originationId: fc.uuid(),
  })
  fc.assert(
    fc.property(passports, (passport) => {
      const { protectedHeader, payload } = serializePassport(passport)
      assert.deepEqual(parsePassport(protectedHeader, payload), {
        ok: true,
        passport: { ...passport, ppt: 'shaken' },
      })
    }),
  )
})

test('parsePassport() never throws, whatever the text and whatever the JSON', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64url')
  fc.assert(fc.property(fc.string(), fc.string(), (header, payload) => void parsePassport(header, payload)))
  const header = encode('{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"https://a.example"}')
  const json = fc.json().map(encode)
  fc.assert(fc.property(json, (payload) => assert.equal(parsePassport(header, payload).ok, false)))
  fc.assert(
    fc.property(
      fc.uint8Array(),
      (bytes) => void parsePassport(Buffer.from(bytes).toString('base64url'), header),
    ),
  )
})

test('parsePassport() survives JSON that is nested without end', () => {
  const deep = Buffer.from('['.repeat(6_000)).toString('base64url')
  assert.deepEqual(parsePassport(deep, deep), { ok: false, reason: 'malformed' })
})
