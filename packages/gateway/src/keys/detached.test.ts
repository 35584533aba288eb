import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDetachedKey } from './detached.ts'
import { acme, isCode, tenants } from './test-tenants.ts'

const context = { tenant: acme, purpose: 'backup', object: 'bak_1' } as const

test('openDetachedKey() opens a data key with nothing but the provider and the tenant key as it was kept', async () => {
  const at = tenants()
  await at.keys.open(acme)
  const made = at.keys.newDataKey(context)
  const row = (await at.rows.keysOf(acme)).find(({ id }) => id === made.tenantKey)
  assert.ok(row)
  const provider = (id: string) => (id === at.provider.id ? at.provider : undefined)
  const opened = await openDetachedKey(provider, row, made, context)
  assert.deepEqual(Buffer.from(opened), Buffer.from(made.plain))

  const tampered = isCode('KEY_TAMPERED')
  await assert.rejects(openDetachedKey(provider, row, made, { ...context, object: 'bak_2' }), tampered)
  await assert.rejects(openDetachedKey(provider, row, { ...made, tenantKey: 'tky_other' }, context), tampered)
  const flipped = made.wrapped.map((byte, at) => (at === 30 ? byte ^ 1 : byte))
  await assert.rejects(openDetachedKey(provider, row, { ...made, wrapped: flipped }, context), tampered)
  await assert.rejects(openDetachedKey(provider, { ...row, purpose: 'audio' }, made, context))
  await assert.rejects(
    openDetachedKey(() => undefined, row, made, context),
    isCode('KEY_UNKNOWN'),
  )
})
