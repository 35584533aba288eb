import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import { Secret } from '#kernel'
import { fakeEvent, fakeSecret } from './fake-app-server.ts'
import { signPlatform } from './sign-platform.ts'
import { signRequest } from './sign-request.ts'

const token = 'f'.repeat(32)
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const request = { method: 'POST', url: 'https://app.test/x', headers: form, body: 'a=1&b=' } as const
const nowMs = Date.now()

test('signRequest() has the headers of Standard Webhooks always, and Twilio’s where there is a token', () => {
  const secrets = [new Secret(fakeSecret)]
  const { headers } = signRequest({ secrets }, request, fakeEvent.id, nowMs)
  assert.equal('x-twilio-signature' in headers, false)
  new Webhook(fakeSecret).verify(request.body, headers, { jsonParse: false })
  const both = signRequest(
    { secrets, twilioTokens: [new Secret(token)] },
    request,
    fakeEvent.id,
    nowMs,
  ).headers
  assert.equal(validateRequest(token, both['x-twilio-signature'] ?? '', request.url, { a: '1', b: '' }), true)
  new Webhook(fakeSecret).verify(request.body, both, { jsonParse: false })
})

test('signRequest() signs an address as it is requested: without fragment and credentials, spelled as URLs are', () => {
  const app = { secrets: [], twilioTokens: [new Secret(token)] }
  const odd = { ...request, method: 'GET', body: '', url: "https://u:p%3A@App.test:443/ä?q=o'n#top" } as const
  const { url, headers } = signRequest(app, odd, fakeEvent.id, nowMs)
  assert.equal(url, 'https://app.test/%C3%A4?q=o%27n')
  assert.equal(headers['authorization'], `Basic ${Buffer.from('u:p:').toString('base64')}`)
  assert.equal(validateRequest(token, headers['x-twilio-signature'] ?? '', url, {}), true)
})

test('signRequest() leaves what is no address as it is, for the guard to refuse', () => {
  assert.equal(
    signRequest({ secrets: [] }, { ...request, url: 'nowhere' }, fakeEvent.id, nowMs).url,
    'nowhere',
  )
})

test('signRequest() takes credentials that are no percent-encoding as they stand, rather than throw', () => {
  const { url, headers } = signRequest(
    { secrets: [] },
    { ...request, url: 'https://50%:a%zz@app.test/x' },
    fakeEvent.id,
    nowMs,
  )
  assert.equal(url, 'https://app.test/x')
  assert.equal(headers['authorization'], `Basic ${Buffer.from('50%:a%zz').toString('base64')}`)
})

test('signRequest() signs as another platform does beside our own, the address as it is requested', () => {
  const keys = { platform: 'plivo', secrets: [new Secret(token)] } as const
  const app = { secrets: [new Secret(fakeSecret)], platform: keys }
  const { url, headers } = signRequest(
    app,
    { ...request, url: 'https://u:p@App.test/x#top' },
    fakeEvent.id,
    nowMs,
  )
  new Webhook(fakeSecret).verify(request.body, headers, { jsonParse: false })
  const { 'x-plivo-signature-v3': made } = signPlatform(keys, { ...request, url }, fakeEvent.id, nowMs)
  assert.equal(headers['x-plivo-signature-v3'], made)
  assert.match(headers['authorization'] ?? '', /^Basic /)
})
