import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { KeyError, type KeyContext } from '#keys'
import { fakeClock, type TenantId } from '#kernel'
import type { VaultAnswer, VaultCall } from '#secrets'
import { transitError } from './transit-error.ts'
import { transitProvider } from './vault-transit.ts'

const context: KeyContext = { tenant: 'acme' as TenantId, purpose: 'audio', object: 'tky_1' }
const key = { type: 'aes256-gcm96', latest_version: 1, derived: true, keys: { 1: 1_700_000_000 } }
const sealed = { wrapped: new Uint8Array(60), keyRef: 'bao:acme:1' }

/** A provider whose server answers as `answer` says. */
function provider(answer: (call: VaultCall) => unknown) {
  const calls: VaultCall[] = []
  const client = {
    async call(call: VaultCall): Promise<VaultAnswer> {
      calls.push(call)
      return { ok: true, data: answer(call) as Record<string, unknown> }
    },
    async [Symbol.asyncDispose]() {},
  }
  const random = { bytes: (count: number) => new Uint8Array(count).fill(7) }
  return {
    calls,
    transit: transitProvider({ id: 'bao', mount: 'transit' }, { client, clock: fakeClock(), random }),
  }
}

test('transitProvider() binds the context of a derived key by derivation, in every operation', async () => {
  const ciphertext = `vault:v1:${Buffer.alloc(60).toString('base64')}`
  const plaintext = Buffer.alloc(32).toString('base64')
  const { calls, transit } = provider(({ path }) =>
    path.includes('/keys/') ? key : { ciphertext, plaintext },
  )
  await transit.generateDataKey('acme', context)
  await transit.wrap('acme', new Uint8Array(32), context)
  await transit.unwrap(sealed, context)
  await transit.rewrap(sealed, context)
  const bodies = calls
    .filter(({ body }) => body !== undefined)
    .map(({ body }) => body as Record<string, string>)
  assert.equal(bodies.length, 4)
  for (const body of bodies) {
    assert.match(Buffer.from(body['context'] ?? '', 'base64').toString(), /"object":"tky_1".*"tenant":"acme"/)
    assert.equal(body['associated_data'], undefined)
  }
})

test('transitProvider() never lets Transit drop the context of a key without derivation', async () => {
  const ciphertext = `vault:v1:${Buffer.alloc(60).toString('base64')}`
  const plaintext = Buffer.alloc(32).toString('base64')
  const { calls, transit } = provider(({ path }) =>
    path.includes('/keys/') ? { ...key, derived: false } : { ciphertext, plaintext },
  )
  await transit.generateDataKey('acme', context)
  await transit.rewrap(sealed, context)
  const asked = calls.filter(({ body }) => body !== undefined)
  assert.deepEqual(
    asked.map(({ path }) => path),
    ['transit/encrypt/acme', 'transit/decrypt/acme', 'transit/encrypt/acme'],
  )
  assert.ok(asked.every(({ body }) => 'associated_data' in (body as object)))
})

test('transitProvider() refuses keys that can be exported, and of other types', async () => {
  for (const wrong of [
    { exportable: true },
    { type: 'rsa-4096' },
    { type: 'aes128-gcm96' },
    { latest_version: 'x' },
  ]) {
    const { transit } = provider(() => ({ ...key, ...wrong }))
    await assert.rejects(transit.generateDataKey('acme', context), { code: 'KEY_REFUSED' })
  }
})

test('transitProvider() fails only as KeyError, whatever a server answers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.object(), fc.object(), async (info, data) => {
      const { transit } = provider(({ path }) =>
        path.includes('/keys/') ? { ...key, ...(info as object) } : data,
      )
      for (const act of [
        () => transit.generateDataKey('acme', context),
        () => transit.unwrap(sealed, context),
        () => transit.rewrap(sealed, context),
        () => transit.describe('acme'),
      ])
        await act().catch((error: unknown) => assert.ok(error instanceof KeyError, String(error)))
    }),
    { numRuns: 40 },
  )
})

test('transitProvider() lets no key name reach another path', async () => {
  const { calls, transit } = provider(() => key)
  await fc.assert(
    fc.asyncProperty(fc.string(), async (name) => {
      await transit.describe(name).catch((error: unknown) => assert.ok(error instanceof KeyError))
    }),
  )
  assert.ok(calls.every(({ path }) => /^transit\/keys\/[\w.-]+$/.test(path) && !/\/\.+$/.test(path)))
})

test('transitError() tells a changed key from a missing one from a denied one', () => {
  const of = (error: string) => transitError({ ok: false, why: 'invalid', status: 400, errors: [error] }).code
  assert.equal(of('cipher: message authentication failed'), 'KEY_TAMPERED')
  assert.equal(of('invalid ciphertext: no prefix'), 'KEY_TAMPERED')
  assert.equal(of('encryption key not found'), 'KEY_UNKNOWN')
  assert.equal(of('invalid ciphertext: version is too new'), 'KEY_UNKNOWN')
  assert.equal(of('ciphertext or signature version is disallowed by policy (too old)'), 'KEY_REFUSED')
  assert.equal(of(''), 'KEY_REFUSED')
  const message = transitError({ ok: false, why: 'invalid', errors: ['planted words'] }).message
  assert.doesNotMatch(message, /planted/)
})
