import type { z } from 'zod'
import type { ObjectRow } from '#db'
import type { sealedObject } from './schemas-objects.ts'

const iso = (at: Date | null) => at?.toISOString() ?? null

export function showObject(row: ObjectRow): z.input<typeof sealedObject> {
  return {
    id: row.id,
    kind: row.kind,
    call_id: row.call_id,
    state: row.state,
    reason: row.reason,
    store: row.store,
    key: row.key,
    bytes: row.bytes,
    sha256: row.sha256,
    version_id: row.version_id,
    lock_mode: row.lock_mode,
    lock_until: iso(row.lock_until),
    created_at: row.created_at.toISOString(),
    stored_at: iso(row.stored_at),
    deleted_at: iso(row.deleted_at),
    checked_at: iso(row.checked_at),
  }
}
