import type { CallId, TenantId } from '#kernel'
import type { ObjectRetentionColumns } from './schema-retention.ts'

/** Tables of `migrations/*-objects.ts`. */
export interface ObjectsSchema {
  objects: ObjectRow & ObjectRetentionColumns
  backups: BackupRow
}

export type ObjectState =
  /** Sealed, in the spool of `node`. */
  | 'spooled'
  | 'stored'
  /** Its key is destroyed; the bytes are still there, perhaps because a lock keeps them. */
  | 'deleting'
  | 'deleted'
  /** The store does not have it. */
  | 'missing'
  /** The store has something else. */
  | 'corrupt'

/** One sealed object; its id is that of what it holds (`rec_…`). */
export interface ObjectRow {
  readonly id: string
  readonly tenant: TenantId
  readonly kind: string
  readonly call_id: CallId | null
  /** Whose spool it lies or lay in. */
  readonly node: string
  readonly store: string | null
  readonly key: string | null
  readonly bytes: number
  readonly sha256: string
  readonly version_id: string | null
  readonly lock_mode: 'governance' | 'compliance' | null
  readonly lock_until: Date | null
  readonly hold: boolean
  readonly state: ObjectState
  /** Why it is not deleted yet, or what is wrong with it: an error's code. */
  readonly reason: string | null
  readonly created_at: Date
  readonly stored_at: Date | null
  readonly deleted_at: Date | null
  readonly checked_at: Date | null
}

export interface BackupRow {
  readonly id: string
  readonly store: string
  readonly state: 'running' | 'complete' | 'failed' | 'deleted'
  readonly node: string
  readonly reason: string | null
  readonly started_at: Date
  readonly ended_at: Date | null
  readonly rows: number
  readonly tables: number
  readonly objects: number
  /** Objects that the store of backups lacked. */
  readonly copied: number
  readonly bytes: number
  readonly manifest_sha256: string | null
}
