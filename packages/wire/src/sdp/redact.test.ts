import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { redactSdp } from './redact.ts'
import { offerOf } from './test-media.ts'

test('interop 39: redactSdp() leaves no key and all else', () => {
  const redacted = redactSdp(offerOf('a=sendrecv'))
  assert.match(redacted, /^a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:…\r\n/m)
  assert.match(redacted, /^a=sendrecv\r\n/m)
})

test('redactSdp() finds keys in other lines too', () => {
  const text = [
    'k=base64:SECRET',
    'a=key-mgmt:mikey SECRET',
    'a=ice-pwd:SECRET',
    'a=acap:1 crypto:1 X inline:SECRET',
  ]
  assert.equal(redactSdp(text.join('\n')).includes('SECRET'), false)
})

test('redactSdp() hides a key whatever stands around it', () => {
  const around = fc.string({
    unit: fc.constantFrom(' ', ';', '|', ':', '\r\n', '\u2028', 'inline:', 'x'),
    maxLength: 8,
  })
  const before = around.filter((text) => !/[\r\n]/.test(text))
  fc.assert(
    fc.property(around, before, around, (start, middle, end) => {
      assert.equal(redactSdp(`${start}inline:${middle}SECRET${end}`).includes('SECRET'), false)
    }),
  )
})
