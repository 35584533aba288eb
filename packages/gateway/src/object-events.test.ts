import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog, type CallId, type TenantId } from '#kernel'
import { objectEvents } from './object-events.ts'

test('objectEvents() puts into the audit log what matters later, and counts everything', () => {
  const entries: { type: string; fields?: object | undefined }[] = []
  const counted: string[] = []
  const take = objectEvents({
    log: silentLog,
    audit: {
      async append(event) {
        entries.push({ type: event.type, fields: event.fields })
        return undefined as never
      },
    },
    metrics: { count: (name) => void counted.push(name) },
  })
  const of = { id: 'rec_1', tenant: 'acme' as TenantId, call: 'call_1' as CallId }
  take({ ...of, kind: 'stored', store: 'eu', bytes: 5, lagMs: 9 })
  take({ ...of, kind: 'tampered', code: 'OBJECT_CORRUPT' })
  take({ ...of, kind: 'deleted' })
  take({ ...of, kind: 'kept', code: 'OBJECT_LOCKED', until: new Date(0) })
  assert.deepEqual(entries, [
    { type: 'object.tampered', fields: { object: 'rec_1', code: 'OBJECT_CORRUPT' } },
    { type: 'object.deleted', fields: { object: 'rec_1' } },
    {
      type: 'object.kept',
      fields: { object: 'rec_1', code: 'OBJECT_LOCKED', until: '1970-01-01T00:00:00.000Z' },
    },
  ])
  assert.deepEqual(counted, [
    'objects_stored',
    'objects_stored_bytes',
    'objects_tampered',
    'objects_deleted',
    'objects_kept',
  ])
})
