import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { AuditEntry } from '@voxkeep/sdk'
import { checkTrail } from './audit-trail.ts'

const leaf =
  '{"actor":"gateway","at":"2026-11-21T12:00:01.000Z","call":"call_1","fields":{"a":null,"ms":1.5},"index":8,"tenant":"default","type":"call.ended"}'
const hash = createHash('sha256').update('\0').update(leaf).digest('hex')
const trail: AuditEntry[] = [
  {
    index: 8,
    at: '2026-11-21T12:00:01.000Z',
    actor: 'gateway',
    type: 'call.ended',
    fields: { ms: 1.5, a: null },
    hash,
  },
]

test('checkTrail() computes each leaf’s hash anew', () => {
  assert.deepEqual(checkTrail(trail, 'default', 'call_1'), { checked: 1, broken: 0 })
})

test('checkTrail() finds an entry that was changed, or belongs to another call or place', () => {
  const changed = trail.map((line) => ({ ...line, fields: { ...line.fields, ms: 2 } }))
  assert.deepEqual(checkTrail(changed, 'default', 'call_1'), { checked: 1, broken: 1 })
  assert.deepEqual(checkTrail(trail, 'default', 'call_2'), { checked: 1, broken: 1 })
  const moved = trail.map((line) => ({ ...line, index: 9 }))
  assert.deepEqual(checkTrail(moved, 'default', 'call_1'), { checked: 1, broken: 1 })
})
