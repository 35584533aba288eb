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
