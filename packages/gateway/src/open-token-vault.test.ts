import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, parseConfig, Secret, silentLog, type TenantId } from '#kernel'
import { openTokens } from './open-token-vault.ts'

const tenant = 'acme' as TenantId
const sip = { listen: [{ tls: { certFile: 'x', keyFile: 'x' } }] }
const streamOnly = [{ id: 'acme', retention: { mode: 'stream-only' } }]

/** A vault whose database is away: what comes to it was not refused before. */
async function keep(more: object, ttlMs?: number): Promise<{ code: unknown; audited: readonly string[] }> {
  const audited: string[] = []
  const away = () => {
    throw new Error('away')
  }
  const config = parseConfig(JSON.stringify({ dataDir: 'x', sip, ...more }), 'test')
  const { tokens } = openTokens(config, {
    database: { asTenant: away } as never,
    keys: { hmacKey: () => new Uint8Array(32) } as never,
    audit: { append: async ({ type }) => (audited.push(type), undefined as never) },
    clock: fakeClock(),
    random: { bytes: (count) => new Uint8Array(count) },
    log: silentLog,
    metrics: { count: () => {} },
  })
  const asked = {
    tenant,
    kind: 'ssn',
    value: new Secret('078051120'),
    purposes: ['tax'],
    actor: 'call',
  } as const
  const code = await tokens
    .tokenise({ ...asked, ...(ttlMs !== undefined && { ttlMs }) })
    .catch((error: { code?: unknown }) => error.code)
  return { code, audited }
}

test('openTokens() keeps nothing of a stream-only tenant, and says so in the audit log', async () => {
  assert.deepEqual(await keep({ tenants: streamOnly }), { code: 'TOKEN_REFUSED', audited: ['token.refused'] })
})

test('openTokens() keeps what a stream-only tenant’s policy lets it', async () => {
  const tokenVault = { tenants: [{ id: 'acme', inStreamOnly: true }] }
  assert.deepEqual(await keep({ tenants: streamOnly, tokenVault }), {
    code: 'TOKEN_UNAVAILABLE',
    audited: [],
  })
})

test('openTokens() lets a tenant’s tokens live as long as its own policy says, and no longer', async () => {
  const dayMs = 86_400_000
  const tokenVault = { maxTtlDays: 10, tenants: [{ id: 'acme', maxTtlDays: 20 }] }
  assert.equal((await keep({ tokenVault }, 20 * dayMs)).code, 'TOKEN_UNAVAILABLE')
  assert.equal((await keep({ tokenVault }, 21 * dayMs)).code, 'TOKEN_INVALID')
  assert.equal((await keep({ tokenVault: { maxTtlDays: 10 } }, 11 * dayMs)).code, 'TOKEN_INVALID')
})
