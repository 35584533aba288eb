import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SipHeaders, type SipResponse } from '@voxkeep/wire/sip'
import * as fc from 'fast-check'
import { retryAfterMs } from './retry-after.ts'

function response(value: string): SipResponse {
  const headers = new SipHeaders([['Retry-After', value]])
  return { kind: 'response', status: 503, reason: 'Busy', headers, body: new Uint8Array(0) }
}

test('retryAfterMs() reads the seconds, with or without comment and parameters', () => {
  assert.equal(retryAfterMs(response('18')), 18_000)
  assert.equal(retryAfterMs(response('120 (I am in a meeting)')), 120_000)
  assert.equal(retryAfterMs(response('3600;duration=10')), 3_600_000)
})

test('retryAfterMs() gives nothing for what is no number of seconds', () => {
  for (const text of ['soon', '-5', '1e3', '12345678901', '5 minutes'])
    assert.equal(retryAfterMs(response(text)), undefined, text)
})

test('retryAfterMs() never throws, and undoes the writing of seconds', () => {
  const text = fc.string({ maxLength: 30 })
  fc.assert(fc.property(text, (value) => void retryAfterMs(response(value))))
  fc.assert(fc.property(fc.nat(), (s) => assert.equal(retryAfterMs(response(String(s))), s * 1_000)))
})
