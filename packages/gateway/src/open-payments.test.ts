import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, parseConfig, type TenantId } from '#kernel'
import { paymentPolicy } from './open-payments.ts'

const stripe = { id: 'cards', kind: 'stripe', apiKey: 'env:X' }
const configOf = (more: object) =>
  parseConfig(
    JSON.stringify({ dataDir: 'x', sip: { listen: [{ tls: { certFile: 'x', keyFile: 'x' } }] }, ...more }),
    'test',
  )
const mayPay = (more: object, provider = 'cards', tenant = 'acme') =>
  paymentPolicy(configOf(more))(tenant as TenantId, provider)
const node = { region: 'eu' }
const tied = {
  node,
  tenants: [{ id: 'acme', regions: ['eu'] }],
  objects: { stores: [{ id: 'eu', kind: 'folder', dir: 'x', region: 'eu' }], place: { audio: 'eu' } },
}

test('paymentPolicy() lets a tenant pay through a provider that is for it, and no other', () => {
  assert.equal(mayPay({ payments: { providers: [stripe] } }), undefined)
  assert.equal(mayPay({ payments: { providers: [stripe] } }, 'other'), 'provider-unknown')
  assert.equal(mayPay({ payments: { providers: [{ ...stripe, tenants: ['rival'] }] } }), 'tenant')
})

test('paymentPolicy() keeps a tenant that is tied to regions in them, also from a provider that does not say where it is', () => {
  const inRegion = (region?: string) =>
    mayPay({ ...tied, payments: { providers: [{ ...stripe, ...(region && { region }) }] } })
  assert.deepEqual([inRegion('eu'), inRegion('us'), inRegion()], [undefined, 'region', 'region'])
})

test('paymentPolicy() refuses a stream-only tenant until the configuration names it', () => {
  const tenants = [{ id: 'acme', retention: { mode: 'stream-only' } }]
  assert.equal(mayPay({ tenants, payments: { providers: [stripe] } }), 'stream-only')
  assert.equal(mayPay({ tenants, payments: { providers: [stripe], inStreamOnly: ['acme'] } }), undefined)
})

test('a configuration whose payments contradict themselves is refused', () => {
  const wrong = [
    { payments: { providers: [stripe, stripe] } },
    { ...tied, payments: { providers: [{ ...stripe, tenants: ['acme'], region: 'us' }] } },
    {
      payments: {
        providers: [
          {
            id: 'a',
            kind: 'https',
            url: 'https://a.test/',
            template: '{{card.pin}}',
            answer: { outcomeAt: '/a', succeeded: ['x'], declined: ['y'] },
          },
        ],
      },
    },
    { payments: { providers: [{ ...stripe, url: 'http://a.test/' }] } },
    { payments: { providers: [{ ...stripe, apiKey: 'sk_live_1' }] } },
    { tokenVault: { tenants: [{ id: 'acme' }, { id: 'acme' }] } },
  ]
  for (const more of wrong) assert.throws(() => configOf(more), ConfigError, JSON.stringify(more))
})
