import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig, Secret } from '#kernel'
import { WebhookError } from './errors.ts'
import { openWebhookApp } from './webhook-app.ts'

const secretOf = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`

function configOf(more: object = {}) {
  const webhook = { url: 'https://app.example', secrets: ['env:A', 'env:B'] }
  const sip = { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] }
  const [app] = parseConfig(
    JSON.stringify({ dataDir: '/d', sip, apps: [{ id: 'app', webhook, ...more }] }),
    'inline',
  ).apps
  assert.ok(app)
  return app
}

test('openWebhookApp() signs with the secrets of the moment', () => {
  const values = new Map([
    ['env:A', new Secret(secretOf(1))],
    ['env:B', new Secret(secretOf(2))],
  ])
  const app = openWebhookApp(configOf(), (reference) => values.get(reference) ?? new Secret(''))
  const now = () => app.secrets.map((secret) => secret.reveal())
  assert.deepEqual(now(), [secretOf(1), secretOf(2)])
  values.set('env:A', new Secret(secretOf(3)))
  assert.deepEqual(now(), [secretOf(3), secretOf(2)])
})

test('openWebhookApp() keeps the last secret that signs when the new one cannot', () => {
  let value = new Secret(secretOf(1))
  const app = openWebhookApp(configOf(), () => value)
  value = new Secret('whsec_short')
  assert.equal(app.secrets[0]?.reveal(), secretOf(1))
  value = new Secret(secretOf(4))
  assert.equal(app.secrets[0]?.reveal(), secretOf(4))
})

test('openWebhookApp() opens with none that cannot sign', () => {
  assert.throws(
    () => openWebhookApp(configOf(), () => new Secret('hunter2')),
    (error: unknown) => {
      assert.ok(error instanceof WebhookError && error.code === 'WEBHOOK_SECRET_INVALID')
      return !error.message.includes('hunter2')
    },
  )
})

test('openWebhookApp() has what signs as the app’s platform does, the last that can', () => {
  let token = new Secret('an-auth-token-of-30-characters')
  const read = (reference: string) => (reference === 'env:T' ? token : new Secret(secretOf(1)))
  const platform = { secrets: ['env:T'], apiKey: 'abcd' }
  const app = openWebhookApp(configOf({ dialect: 'vonage', platform }), read)
  const now = () => app.platform?.secrets.map((secret) => secret.reveal())
  assert.deepEqual([app.platform?.platform, app.platform?.apiKey], ['vonage', 'abcd'])
  assert.deepEqual(now(), ['an-auth-token-of-30-characters'])
  token = new Secret('short')
  assert.deepEqual(now(), ['an-auth-token-of-30-characters'])
  token = new Secret('the-one-that-takes-its-place')
  assert.deepEqual(now(), ['the-one-that-takes-its-place'])
  assert.equal(openWebhookApp(configOf({ dialect: 'vonage' }), read).platform, undefined)
  token = new Secret('short')
  assert.throws(() => openWebhookApp(configOf({ dialect: 'vonage', platform }), read), WebhookError)
})
