import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { Secret } from '#kernel'
import { WebhookError } from './errors.ts'
import { decodeSecret, signStandard } from './sign-standard.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

const secretText = (bytes = 32) => `whsec_${randomBytes(bytes).toString('base64')}`
const nowS = () => Math.floor(Date.now() / 1_000) // the library reads the real clock, with 300 s of tolerance
/** Throws unless the library accepts. */
const verify = (secret: string, payload: string, headers: Record<string, string>) =>
  new Webhook(secret).verify(payload, headers, { jsonParse: false })

test('signStandard() satisfies the standardwebhooks library, whatever the payload', () => {
  const text = secretText()
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (payload) => {
      // A lone surrogate has no UTF-8, so no HTTP body can hold one.
      const body = payload.toWellFormed()
      const headers = signStandard([new Secret(text)], 'evt_1', nowS(), body)
      verify(text, body, headers)
    }),
  )
})

test('signStandard() signs bytes as it signs the same text', () => {
  const secrets = [new Secret(secretText())]
  const text = '{"name":"Zoë"}'
  assert.deepEqual(
    signStandard(secrets, 'evt_1', 5, new TextEncoder().encode(text)),
    signStandard(secrets, 'evt_1', 5, text),
  )
})

test('signStandard() signs with every secret, so that each receiver of a rotation accepts', () => {
  const texts = [secretText(24), secretText(32), secretText(64)]
  const headers = signStandard(
    texts.map((text) => new Secret(text)),
    'evt_1',
    nowS(),
    'body',
  )
  assert.equal(headers['webhook-signature'].split(' ').length, 3)
  for (const text of texts) verify(text, 'body', headers)
  assert.throws(() => verify(secretText(), 'body', headers))
})

test('signStandard() does not satisfy the library when the body, id or time was changed', () => {
  const text = secretText()
  const headers = signStandard([new Secret(text)], 'evt_1', nowS(), 'body')
  assert.throws(() => verify(text, 'bodY', headers))
  assert.throws(() => verify(text, 'body', { ...headers, 'webhook-id': 'evt_2' }))
  assert.throws(() => verify(text, 'body', { ...headers, 'webhook-timestamp': String(nowS() + 1) }))
})

test('signStandard() signs a stream upgrade by its whole URL', () => {
  const text = secretText()
  const headers = signStandard([new Secret(text)], 'strm_1', nowS(), 'wss://app.example/media')
  verify(text, 'wss://app.example/media', headers)
  for (const other of ['wss://app.example/media/', 'https://app.example/media', 'wss://other.example/media'])
    assert.throws(() => verify(text, other, headers), other)
})

test('signStandard() refuses an id that would make the signed text ambiguous', () => {
  for (const id of ['', 'a.b', 'a\nb', 'a b', 'x'.repeat(129)])
    assert.throws(
      () => signStandard([new Secret(secretText())], id, 1, ''),
      (error) => error instanceof WebhookError && error.code === 'WEBHOOK_ID_INVALID',
    )
})

test('decodeSecret() refuses what is not 24 to 64 bytes of base64, without printing it', () => {
  const bad = [
    '',
    'whsec_',
    'hunter2',
    'whsec_c2hvcnQ=',
    'whsec_not base64 at all!',
    secretText(23),
    secretText(65),
  ]
  for (const text of bad) {
    assert.throws(
      () => decodeSecret(new Secret(text)),
      (error) =>
        error instanceof WebhookError &&
        error.code === 'WEBHOOK_SECRET_INVALID' &&
        (text.length < 8 || !error.message.includes(text)),
    )
  }
  assert.equal(decodeSecret(new Secret(secretText(24))).length, 24)
})
