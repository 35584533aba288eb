import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { Secret } from '#kernel'
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import { signTwilio } from './sign-twilio.ts'

const token = new Secret('12345')
const sha1 = (text: string) => createHmac('sha1', '12345').update(text, 'utf8').digest('base64')

test('signTwilio() matches the example in Twilio’s own documentation', () => {
  // https://www.twilio.com/docs/usage/security, also spec/validation.spec.js of twilio-node
  const signature = signTwilio(token, 'https://mycompany.com/myapp.php?foo=1&bar=2', {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  })
  assert.equal(signature, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=')
})

test('signTwilio() sorts by code unit, counts blanks, and sorts and dedupes repeated fields', () => {
  const signature = signTwilio(token, 'https://a.example/', { b: '', a: ['2', '1', '2'], B: 'x', é: 'ü' })
  assert.equal(signature, sha1('https://a.example/Bxa1a2béü'))
})

test('A5, A6: signTwilio() signs a stream upgrade by its wss URL alone, as twilio’s own validator has it', () => {
  const url = 'wss://a.example/media'
  const signature = signTwilio(token, url)
  assert.equal(validateRequest(token.reveal(), signature, url, {}), true)
  for (const other of ['https://a.example/media', `${url}/`, 'wss://b.example/media'])
    assert.equal(validateRequest(token.reveal(), signature, other, {}), false)
  assert.equal(signTwilio(token, 'wss://a.example/media'), sha1('wss://a.example/media'))
  assert.notEqual(signTwilio(token, 'wss://a.example/media/'), sha1('wss://a.example/media'))
})
