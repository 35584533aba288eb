import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sameUri } from './same-uri.ts'
import { parseUri, type SipUri } from './uri.ts'

function uri(text: string): SipUri {
  const parsed = parseUri(text)
  assert.ok(parsed, text)
  return parsed
}

const equal = [
  ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
  [
    'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
    'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
  ],
  [
    'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
    'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
  ],
  ['tel:+1201', 'tel:+1201'],
] as const

const different = [
  ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
  ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
  ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
  ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
  ['sip:biloxi.com', 'sip:bob@biloxi.com'],
  ['sip:bob:x@biloxi.com', 'sip:bob@biloxi.com'],
  ['sip:a%40b@c', 'sip:a@c'],
  ['tel:+1201', 'tel:+1202'],
] as const

test('sameUri() agrees with the examples of RFC 3261 §19.1.4, both ways round', () => {
  for (const [a, b] of equal)
    assert.deepEqual([sameUri(uri(a), uri(b)), sameUri(uri(b), uri(a))], [true, true], a)
  for (const [a, b] of different) {
    assert.deepEqual([sameUri(uri(a), uri(b)), sameUri(uri(b), uri(a))], [false, false], `${a} ${b}`)
  }
})
