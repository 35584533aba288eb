import type { ObjectRow } from '#db'
import { createId, type TenantId } from '#kernel'
import type { VerifyOptions } from '#objects'
import type { ApiObjects } from './deps-objects.ts'

/** Sealed objects that a test lists, and what was asked of them. */
export interface FakeObjects {
  readonly deps: ApiObjects
  readonly asked: VerifyOptions[]
  add(row?: Partial<ObjectRow>): ObjectRow
}

let made = 0

export function fakeObjects(): FakeObjects {
  const rows: ObjectRow[] = []
  const asked: VerifyOptions[] = []
  const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) }
  return {
    asked,
    add(row = {}) {
      const at = new Date(1_700_000_000_000 + made * 1_000)
      const whole: ObjectRow = {
        id: createId('rec', at.getTime(), random),
        tenant: 'acme' as TenantId,
        kind: 'audio',
        call_id: createId('call', at.getTime(), random),
        node: 'node-a',
        store: 'local',
        key: 'audio/acme/x',
        bytes: 1_000,
        sha256: 'ab'.repeat(32),
        version_id: null,
        lock_mode: null,
        lock_until: null,
        hold: false,
        state: 'stored',
        reason: null,
        created_at: at,
        stored_at: at,
        deleted_at: null,
        checked_at: null,
        ...row,
      }
      rows.push(whole)
      return whole
    },
    deps: {
      list: async ({ tenant, limit, before, filter }) =>
        rows
          .filter((row) => row.tenant === tenant && (before === undefined || row.id < before))
          .filter((row) => filter.state === undefined || row.state === filter.state)
          .filter((row) => filter.callId === undefined || row.call_id === filter.callId)
          .toSorted((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      get: async (tenant, id) => rows.find((row) => row.tenant === tenant && row.id === id),
      async verify(o) {
        asked.push(o)
        const { id = '' } = rows[0] ?? {}
        return {
          checked: 3,
          bytes: 9,
          missing: [],
          altered: [id],
          unchecked: [],
          unlisted: ['local/a'],
          next: undefined,
        }
      },
    },
  }
}
