import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fakeClock, Secret, type TenantId } from '#kernel'
import { memoryTokenStore } from './memory-token-store.ts'
import { openTokens, type TokenStore } from './tokens.ts'

const tenant = 'acme' as TenantId
const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) }
const pepperBytes = new Uint8Array(32).fill(7)

function setup(store: TokenStore = memoryTokenStore()) {
  const clock = fakeClock()
  const tokens = openTokens({ store, clock, random, pepper: new Secret(pepperBytes) })
  return { clock, tokens, store }
}
const request = { name: 'ci', tenant, scopes: ['calls:read', 'calls:write'] } as const

test('verifyToken() accepts what issueToken() gave', async () => {
  const { tokens } = setup()
  const { token, text } = await tokens.issueToken(request)
  const verified = await tokens.verifyToken(text.reveal())
  assert.ok(verified.ok)
  assert.equal(verified.token.id, token.id)
  assert.deepEqual(verified.token.scopes, ['calls:read', 'calls:write'])
  assert.equal(verified.token.tenant, tenant)
})

test('issueToken() keeps an HMAC under the pepper and never the text', async () => {
  const store = memoryTokenStore()
  const { tokens } = setup(store)
  const { token, text } = await tokens.issueToken(request)
  const kept = JSON.stringify([...store.rows.values()])
  assert.equal(kept.includes(text.reveal()), false)
  assert.equal(kept.includes(text.reveal().slice(16)), false)
  assert.equal(token.hash, createHmac('sha256', pepperBytes).update(text.reveal()).digest('hex'))
})

test('verifyToken() refuses with another pepper: a copied database is no use', async () => {
  const { tokens, store, clock } = setup()
  const { text } = await tokens.issueToken(request)
  const elsewhere = openTokens({ store, clock, random, pepper: new Secret(new Uint8Array(32).fill(8)) })
  assert.deepEqual(await elsewhere.verifyToken(text.reveal()), { ok: false, reason: 'unknown' })
})

test('verifyToken() tells a token with the same prefix from the right one', async () => {
  const store = memoryTokenStore()
  const { tokens } = setup(store)
  const { token, text } = await tokens.issueToken(request)
  await store.insert({ ...token, id: 'tok_0' as typeof token.id, hash: '00'.repeat(32) })
  await store.insert({ ...token, id: 'tok_1' as typeof token.id, hash: 'no hex' })
  const verified = await tokens.verifyToken(text.reveal())
  assert.equal(verified.ok && verified.token.id, token.id)
})

test('verifyToken() refuses a token from the moment it expires', async () => {
  const { tokens, clock } = setup()
  const { text } = await tokens.issueToken({ ...request, expiresInMs: 1_000 })
  clock.advance(999)
  assert.equal((await tokens.verifyToken(text.reveal())).ok, true)
  clock.advance(1)
  assert.deepEqual(await tokens.verifyToken(text.reveal()), { ok: false, reason: 'expired' })
})

test('revokeToken() works at once, for the right tenant only, and twice', async () => {
  const { tokens, clock } = setup()
  const { token, text } = await tokens.issueToken(request)
  await tokens.revokeToken('other' as TenantId, token.id)
  assert.equal((await tokens.verifyToken(text.reveal())).ok, true)
  await tokens.revokeToken(tenant, token.id)
  const revokedAt = (await tokens.getToken(tenant, token.id))?.revoked_at
  clock.advance(5_000)
  await tokens.revokeToken(tenant, token.id)
  assert.deepEqual((await tokens.getToken(tenant, token.id))?.revoked_at, revokedAt)
  assert.deepEqual(await tokens.verifyToken(text.reveal()), { ok: false, reason: 'revoked' })
})

test('verifyToken() does not look in the store for what cannot be a token', async () => {
  const memory = memoryTokenStore()
  let looks = 0
  const store = { ...memory, byPrefix: (prefix: string) => ((looks += 1), memory.byPrefix(prefix)) }
  const { tokens } = setup(store)
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      assert.deepEqual(await tokens.verifyToken(text), { ok: false, reason: 'malformed' })
    }),
  )
  assert.equal(looks, 0)
})

test('verifyToken() notes the use once a minute', async () => {
  const memory = memoryTokenStore()
  let touches = 0
  const store = {
    ...memory,
    touch: (...use: Parameters<TokenStore['touch']>) => ((touches += 1), memory.touch(...use)),
  }
  const { tokens, clock } = setup(store)
  const { text } = await tokens.issueToken(request)
  await tokens.verifyToken(text.reveal())
  await tokens.verifyToken(text.reveal())
  assert.equal(touches, 1)
  clock.advance(60_000)
  await tokens.verifyToken(text.reveal())
  assert.equal(touches, 2)
})

test('verifyToken() rejects when the store fails: nobody gets in', async () => {
  const store = { ...memoryTokenStore(), byPrefix: async () => Promise.reject(new Error('down')) }
  const { tokens } = setup(store)
  const { text } = await tokens.issueToken(request)
  await assert.rejects(tokens.verifyToken(text.reveal()), /down/)
})

test('listTokens() gives a tenant its own tokens, newest first', async () => {
  const { tokens, clock } = setup()
  const issued = []
  for (const name of ['a', 'b', 'c']) {
    clock.advance(1)
    issued.push((await tokens.issueToken({ ...request, name })).token)
  }
  await tokens.issueToken({ ...request, tenant: 'other' as TenantId })
  const first = await tokens.listTokens(tenant, { limit: 2 })
  assert.deepEqual(
    first.map((row) => row.name),
    ['c', 'b'],
  )
  const rest = await tokens.listTokens(tenant, { limit: 2, before: first[1]?.id })
  assert.deepEqual(
    rest.map((row) => row.name),
    ['a'],
  )
})
