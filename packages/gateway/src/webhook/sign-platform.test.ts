import assert from 'node:assert/strict'
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { WebhookResponse } from '@jambonz/sdk/webhook'
import { verifySignature } from '@vonage/jwt'
import * as fc from 'fast-check'
import { validateV3Signature } from 'plivo/dist/utils/v3Security.js'
import { TelnyxWebhook, unwrapWebhook } from 'telnyx/lib/webhooks'
import { Secret } from '#kernel'
import { WebhookError } from './errors.ts'
import type { ReadyRequest } from './event.ts'
import { checkPlatformSecret, signPlatform, signPlatformUpgrade, type PlatformKeys } from './sign-platform.ts'

const [text, next] = ['an-auth-token-of-30-characters', 'the-one-that-takes-its-place']
const secrets = [new Secret(text), new Secret(next)]
const id = 'evt_0192c0ffee7d7aa08bd1c0ffee5eed00'
/** SDKs read the real clock, with 300 s of tolerance. */
const nowMs = Date.now()
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const json = { 'content-type': 'application/json' }
const asked: ReadyRequest = {
  method: 'POST',
  url: 'https://app.test/voice',
  headers: form,
  body: 'CallUUID=1&From=12125550100&To=&Event=StartApp&Name=Zo%C3%AB',
}

const headersOf = (
  platform: PlatformKeys['platform'],
  request: ReadyRequest,
  keys: Partial<PlatformKeys> = {},
) => signPlatform({ platform, secrets, ...keys }, request, id, nowMs)

function plivoAccepts(request: ReadyRequest, headers: Record<string, string>, token = text): boolean {
  const { method, url, body } = request
  const params = method === 'POST' ? parsedForm(body) : {}
  const { 'x-plivo-signature-v3-nonce': nonce = '', 'x-plivo-signature-v3': signature = '' } = headers
  return validateV3Signature(method, url, nonce, token, signature, params)
}

/** As the parsers of web frameworks hand it over: a list where a name is there twice. */
function parsedForm(body: string): Record<string, string | string[]> {
  const sent = new URLSearchParams(body)
  return Object.fromEntries(
    [...new Set(sent.keys())].map((name) => {
      const [only = '', ...more] = sent.getAll(name)
      return [name, more.length === 0 ? only : [only, ...more]]
    }),
  )
}

test('plivo: signPlatform() satisfies the SDK with either secret, and not when anything was altered', () => {
  const headers = headersOf('plivo', asked)
  assert.equal(plivoAccepts(asked, headers), true)
  assert.equal(plivoAccepts(asked, headers, next), true)
  assert.equal(headers['x-plivo-signature-ma-v3'], headers['x-plivo-signature-v3'])
  assert.equal(plivoAccepts(asked, headers, 'another-token-than-that'), false)
  assert.equal(plivoAccepts({ ...asked, body: asked.body.replace('0100', '0101') }, headers), false)
  assert.equal(plivoAccepts({ ...asked, url: 'https://app.test/other' }, headers), false)
  assert.equal(plivoAccepts(asked, { ...headers, 'x-plivo-signature-v3-nonce': 'x' }), false)
})

test('plivo: signPlatform() satisfies the SDK, whatever path, query and form', () => {
  // No name that means something to a JavaScript object: the SDK keeps fields in one.
  const name = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,8}$/)
  const value = fc.string({ unit: 'grapheme', maxLength: 12 }).map((some) => some.toWellFormed().trim())
  const pairs = fc
    .array(fc.tuple(name, value), { maxLength: 5 })
    .map((list) => new URLSearchParams(list).toString())
  const path = fc
    .array(fc.stringMatching(/^[a-z0-9_-]{1,6}$/), { maxLength: 3 })
    .map((parts) => `/${parts.join('/')}`)
  fc.assert(
    fc.property(
      path,
      fc.constantFrom('', ':8443'),
      pairs,
      pairs,
      fc.boolean(),
      (way, port, query, body, isPost) => {
        const url = `https://app.test${port}${way}${query === '' ? '' : `?${query}`}`
        const request: ReadyRequest = isPost
          ? { ...asked, url, body }
          : { method: 'GET', url, headers: {}, body: '' }
        assert.equal(
          plivoAccepts(request, headersOf('plivo', request)),
          true,
          `${request.method} ${url} ${body}`,
        )
      },
    ),
    { numRuns: 200 },
  )
})

test('plivo: signPlatform() makes no signature for a body that none would cover', () => {
  assert.deepEqual(headersOf('plivo', { ...asked, headers: json, body: '{}' }), {})
})

test('plivo: signPlatformUpgrade() signs what the stream SDK checks: a GET of the https address', () => {
  const headers = signPlatformUpgrade(
    { platform: 'plivo', secrets },
    'wss://app.test:8443/media',
    'strm_1',
    nowMs,
  )
  const seen: ReadyRequest = { method: 'GET', url: 'https://app.test:8443/media', headers: {}, body: '' }
  assert.equal(plivoAccepts(seen, headers), true)
  assert.equal(plivoAccepts({ ...seen, url: 'https://app.test:8443/other' }, headers), false)
  for (const platform of ['telnyx', 'vonage', 'jambonz'] as const)
    assert.deepEqual(signPlatformUpgrade({ platform, secrets }, 'wss://app.test/media', 'strm_1', nowMs), {})
})

function jambonzRefuses(headers: Record<string, string>, body: unknown, secret: string): unknown {
  let refused: unknown = 'nobody was asked'
  WebhookResponse.verifySignature(secret)({ headers, body } as never, {} as never, (error?: unknown) => {
    refused = error
  })
  return refused
}

test('jambonz: signPlatform() satisfies the SDK with either secret, by the text and by what was parsed of it', () => {
  const request = { ...asked, headers: json, body: JSON.stringify({ call_sid: 'CA1', from: '+12125550100' }) }
  const headers = headersOf('jambonz', request)
  for (const secret of [text, next]) {
    assert.equal(jambonzRefuses(headers, request.body, secret), undefined)
    assert.equal(jambonzRefuses(headers, JSON.parse(request.body), secret), undefined)
  }
  assert.match(
    String(jambonzRefuses(headers, request.body, 'another-secret-than-that')),
    /verification failed/,
  )
  assert.match(
    String(jambonzRefuses(headers, request.body.replace('0100', '0101'), text)),
    /verification failed/,
  )
  const old = signPlatform({ platform: 'jambonz', secrets }, request, id, nowMs - 301_000)
  assert.match(String(jambonzRefuses(old, request.body, text)), /tolerance/)
})

test('vonage: signPlatform() makes a token that the SDK verifies, bound to the body and good for five minutes', () => {
  const request = { ...asked, headers: json, body: '{"uuid":"1"}' }
  const token =
    headersOf('vonage', request, { apiKey: 'abcd1234' })['authorization']?.replace(/^Bearer /, '') ?? ''
  assert.equal(verifySignature(token, text), true)
  assert.equal(verifySignature(token, next), false) // a token has room for one signature
  const [head = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  const altered = Buffer.from(JSON.stringify({ ...claims, payload_hash: '0' })).toString('base64url')
  assert.equal(verifySignature([head, altered, signature].join('.'), text), false)
  const { jti, iat, exp, ...rest } = claims
  assert.match(String(jti), new RegExp(`^${id}-\\d+$`))
  assert.equal(Number(exp) - Number(iat), 300)
  const payload_hash = createHash('sha256').update(request.body).digest('hex')
  assert.deepEqual(rest, { iss: 'Vonage', payload_hash, api_key: 'abcd1234' })
  const old =
    signPlatform({ platform: 'vonage', secrets }, request, id, nowMs - 301_000)['authorization'] ?? ''
  assert.equal(verifySignature(old.replace(/^Bearer /, ''), text), false)
})

test('telnyx: signPlatform() satisfies the SDK with the public half of the key, and not when anything was altered', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32)
  const headers = headersOf('telnyx', asked, { secrets: [key] })
  const webhook = new TelnyxWebhook(publicKey.toString('base64'))
  await webhook.verify(asked.body, headers)
  await assert.rejects(webhook.verify(`${asked.body}1`, headers), /does not match/)
  const later = String(Number(headers['telnyx-timestamp']) + 1)
  await assert.rejects(
    webhook.verify(asked.body, { ...headers, 'telnyx-timestamp': later }),
    /does not match/,
  )
  const event = { ...asked, headers: json, body: '{"type":"call.answered"}' }
  const told = { headers: headersOf('telnyx', event, { secrets: [key] }), key: publicKey.toString('base64') }
  assert.deepEqual(await unwrapWebhook(event.body, told, null), { type: 'call.answered' })
  await assert.rejects(unwrapWebhook(event.body.replace('answered', 'ended'), told, null), /does not match/)
  const other = new TelnyxWebhook(new Uint8Array(32).fill(9))
  await assert.rejects(other.verify(asked.body, headers))
})

test('checkPlatformSecret() refuses what cannot sign, without printing it', () => {
  const pem = (type: 'ed25519' | 'x25519') =>
    generateKeyPairSync(type as 'ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  checkPlatformSecret('telnyx', new Secret(pem('ed25519')))
  checkPlatformSecret('plivo', new Secret(text))
  const bad = [
    ['telnyx', text],
    ['telnyx', pem('x25519')],
    ['plivo', 'fifteen-letters'],
    ['vonage', ''],
    ['jambonz', 'short'],
  ] as const
  for (const [platform, secret] of bad)
    assert.throws(
      () => checkPlatformSecret(platform, new Secret(secret)),
      (error) =>
        error instanceof WebhookError &&
        error.code === 'WEBHOOK_SECRET_INVALID' &&
        (secret === '' || !error.message.includes(secret)),
    )
})
