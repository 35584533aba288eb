import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { AuditEntry } from '@voxkeep/sdk'
import { checkChain } from './audit-chain.ts'

const first = '11'.repeat(32)
const body =
  '{"actor":"gateway","at":"2026-11-21T12:00:01.000Z","call":"call_1","fields":{"a":null,"ms":1.5},"seq":8,"tenant":"default","type":"call.ended"}'
const second = createHash('sha256').update(Buffer.from(first, 'hex')).update(body).digest('hex')
const entry = { at: '2026-11-21T12:00:01.000Z', actor: 'gateway', type: 'call.ended' }
const trail: AuditEntry[] = [
  { ...entry, seq: 7, fields: {}, hash: first },
  { ...entry, seq: 8, fields: { ms: 1.5, a: null }, hash: second },
]

test('checkChain() computes each hash over the one before', () => {
  assert.deepEqual(checkChain(trail, 'default', 'call_1'), { checked: 1, broken: 0 })
})

test('checkChain() finds an entry that was changed', () => {
  const changed = trail.map((line) => ({ ...line, fields: { ...line.fields, ms: 2 } }))
  assert.deepEqual(checkChain(changed, 'default', 'call_1'), { checked: 1, broken: 1 })
  assert.deepEqual(checkChain(trail, 'default', 'call_2'), { checked: 1, broken: 1 })
})

test('checkChain() leaves out an entry whose predecessor belongs to another call', () => {
  const apart = trail.map((line) => ({ ...line, seq: line.seq * 2 }))
  assert.deepEqual(checkChain(apart, 'default', 'call_1'), { checked: 0, broken: 0 })
})
