import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TenantKeyRow } from './key-rows.ts'
import { TenantRing } from './tenant-ring.ts'
import { acme } from './test-tenants.ts'

test('TenantRing.add() zeroes no key that is open already: somebody may be using it', () => {
  const row = { id: 'tky_1', tenant: acme, purpose: 'audio', version: 1 } as TenantKeyRow
  using ring = new TenantRing(acme)
  const first = ring.add(row, new Uint8Array(32).fill(7))
  const again = new Uint8Array(32).fill(7)
  assert.equal(ring.add(row, again).plain, first.plain)
  assert.deepEqual(first.plain, new Uint8Array(32).fill(7))
  assert.deepEqual(again, new Uint8Array(32), 'the one that is not kept is zeroed')
})
