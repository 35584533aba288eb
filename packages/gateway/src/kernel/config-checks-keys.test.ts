import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyPlaceOf, tenantsOf } from './config-tenants.ts'
import { ConfigError, parseConfig } from './config.ts'
import type { TenantId } from './ids.ts'

const base = {
  dataDir: 'data',
  sip: { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] },
  apps: [{ id: 'agent', tenant: 'acme', webhook: { url: 'https://app.example', secrets: ['env:X'] } }],
}
const twoRings = [
  { id: 'local', kind: 'local' },
  { id: 'theirs', kind: 'local', keyringFile: 'other.json' },
]
const parse = (more: object) => parseConfig(JSON.stringify({ ...base, ...more }), 'x')

function faults(more: object): string {
  try {
    parse(more)
    return ''
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.faults.join('\n')
  }
}

test('keyPlaceOf() is the default provider’s key of the tenant’s name, or what the tenant brings', () => {
  const plain = parse({})
  assert.deepEqual(keyPlaceOf(plain, 'acme' as TenantId), { provider: 'local', key: 'voxkeep-acme' })
  const byok = parse({
    keys: { providers: twoRings, provider: 'local', keyName: 'eu/{tenant}/v' },
    tenants: [{ id: 'acme', keys: { provider: 'theirs', key: 'mine' } }],
  })
  assert.deepEqual(keyPlaceOf(byok, 'acme' as TenantId), { provider: 'theirs', key: 'mine' })
  assert.deepEqual(keyPlaceOf(byok, 'rival' as TenantId), { provider: 'local', key: 'eu/rival/v' })
})

test('tenantsOf() names every tenant once, also those that only an app or a trunk names', () => {
  const config = parse({
    tenants: [{ id: 'rival' }, { id: 'acme' }],
    trunks: [{ id: 't', app: 'agent', tenant: 'acme', allowedAddresses: ['192.0.2.1/32'] }],
  })
  assert.deepEqual(tenantsOf(config), ['default', 'rival', 'acme'])
})

test('parseConfig() refuses providers that are not there, or there twice, and a key name that tenants would share', () => {
  assert.match(faults({ keys: { provider: 'none' } }), /keys\.provider: there is no provider "none"/)
  assert.match(
    faults({ tenants: [{ id: 'acme', keys: { provider: 'none' } }] }),
    /tenants\.0\.keys\.provider: there is no provider/,
  )
  assert.match(faults({ keys: { providers: [twoRings[0], twoRings[0]] } }), /there is another "local"/)
  assert.match(faults({ keys: { keyName: 'one-for-all' } }), /must hold "\{tenant\}"/)
})

test('parseConfig() refuses two tenants with one key: whoever destroys it would take the other’s data along', () => {
  const keys = { key: 'mine' }
  assert.match(
    faults({
      tenants: [
        { id: 'acme', keys },
        { id: 'rival', keys },
      ],
    }),
    /tenants\.1\.keys\.key: "acme" and "rival" would share the key "mine" of "local"/,
  )
  assert.match(
    faults({ tenants: [{ id: 'acme', keys: { key: 'voxkeep-system' } }] }),
    /"system" and "acme" would share/,
  )
})

test('parseConfig() leaves the name of the node itself to nobody', () => {
  assert.match(faults({ tenants: [{ id: 'system' }] }), /tenants\.0\.id: "system" stands for the node itself/)
  const [app] = base.apps
  assert.match(faults({ apps: [{ ...app, tenant: 'system' }] }), /apps\.0\.tenant: "system" stands/)
})
