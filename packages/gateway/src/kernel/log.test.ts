import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLog, sanitise } from './log.ts'
import { Secret } from './secret.ts'

function logged(message: string, fields: Record<string, unknown>): string {
  let text = ''
  openLog('debug', (line) => (text += line)).info(message, fields)
  return text
}

test('openLog() never prints a Secret', () => {
  assert.doesNotMatch(
    logged('key', { handle: new Secret('hunter2'), nested: { deep: new Secret('hunter2') } }),
    /hunter2/,
  )
})

test('interop 39: openLog() never prints digits, keys, tokens or Authorization, however they are nested', () => {
  const logLine = logged('leak', {
    digits: '4111',
    headers: { Authorization: 'Digest response="abc"', 'Proxy-Authorization': 'x1' },
    list: [{ token: 'vk_live_zzz' }, { keyAndSalt: new Uint8Array([77]) }],
  })
  const line = logLine.replace(/"time":"[^"]+"/, '') // which may well hold a 77
  for (const leak of ['4111', 'abc', 'x1', 'zzz', '77']) assert.ok(!line.includes(leak), leak)
})

test('sanitise() strikes credentials out of plain text', () => {
  const inline = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20'
  for (const [text, leak] of [
    [inline, 'd0Rmdmcm'],
    ['Authorization: Digest username="a", response="feed"', 'feed'],
    ['sent bearer abc.def', 'abc.def'],
    ['secret whsec_AAAA+BBBB=', 'AAAA'],
    ['vk_live_0123456789', '0123456789'],
  ] as const) {
    assert.ok(!String(sanitise(text)).includes(leak), text)
  }
})

test('interop 39: sanitise() strikes credentials out of an error and its causes', () => {
  const error = new Error('outer', { cause: new Error('inline:c2VjcmV0') })
  assert.doesNotMatch(JSON.stringify(sanitise(error)), /c2VjcmV0/)
})

test('sanitise() prints the size of bytes, never the bytes', () => {
  assert.equal(sanitise(new Uint8Array([1, 2, 3])), '[3 bytes]')
})

const card = '4111 1111 1111 1111'
const planted = [
  ['card', `the card ${card} was refused`, '1111 1111'],
  ['card without spaces', 'invalid value 4111111111111111 at 3', '41111111'],
  ['card in a SIP address', 'INVITE sip:4111111111111111@host', '41111111'],
  ['card in words', 'heard four one one one one one one one one one one one one one one one', 'one one'],
  ['social security number', 'ssn 536-22-8726 is not a name', '8726'],
  ['IBAN', 'to GB82 WEST 1234 5698 7654 32', '5698'],
  ['card code', 'his cvv 9173 did not match', '9173'],
  ['bearer token', 'sent bearer abcdef.ghijkl', 'ghijkl'],
  ['basic credentials', 'authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
  ['provider key', 'used sk_live_51Habcdef', '51Habcdef'],
  ['cloud key', 'signed by AKIAIOSFODNN7EXAMPLE', 'IOSFODNN'],
  ['Vault token', 'header X-Vault-Token hvs.CAESIabcdef', 'CAESI'],
  ['private key', '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----', 'MIIEvQ'],
  ['token in an address', 'GET https://x.example/a?token=s3cr3t&b=1', 's3cr3t'],
  ['JSON web token', 'got eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl', 'c2lnbmF0'],
] as const

for (const [what, text, leak] of planted)
  test(`openLog() lets no ${what} pass, in a message, an error, a field or a list`, () => {
    const places: [string, Record<string, unknown>][] = [
      [text, {}],
      ['x', { error: new Error(text, { cause: new Error(text) }) }],
      ['x', { detail: text, nested: { reason: [text] }, 'pii.said': text }],
    ]
    for (const [message, fields] of places) {
      const line = logged(message, fields)
      assert.ok(!line.includes(leak), line)
      assert.match(line, /struck out|\[[A-Z-]+\]/)
    }
  })

test('openLog() lets no card pass as a number, nor under a name of no meaning', () => {
  const line = logged('x', { n: 4_111_111_111_111_111, other: '4111-1111-1111-1111' })
  assert.ok(!line.includes('1111'), line)
})

test('sanitise() leaves ids, hashes, times, addresses and figures as they are', () => {
  const harmless = {
    callId: 'call_0199aabbccdd11223344556677889900',
    sha256: '4f4b9f8d12345678901234567890abcdef4f4b9f8d12345678901234567890ab',
    at: '2026-01-02T03:04:05.678Z',
    peer: '203.0.113.77:50123',
    timeMs: 1_763_765_999_123,
    detail: 'ports 20000-29999 are taken, 12 of 10000',
    'pii.from': '+12025550123',
  }
  assert.deepEqual(sanitise(harmless), harmless)
})
