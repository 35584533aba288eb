import type { PageOptions } from './resources.ts'

export interface SealedObject {
  /** That of what it holds. */
  readonly id: string
  readonly kind: string
  readonly call_id: string | null
  /** `deleting`: its key is destroyed, its bytes are still there, for the reason given. */
  readonly state: 'spooled' | 'stored' | 'deleting' | 'deleted' | 'missing' | 'corrupt'
  readonly reason: string | null
  /** Null while it waits in the spool of its node. */
  readonly store: string | null
  readonly key: string | null
  readonly bytes: number
  readonly sha256: string
  readonly version_id: string | null
  readonly lock_mode: 'governance' | 'compliance' | null
  readonly lock_until: string | null
  readonly created_at: string
  readonly stored_at: string | null
  readonly deleted_at: string | null
  /** When it was last compared with its store. */
  readonly checked_at: string | null
}

export interface ObjectListOptions extends PageOptions {
  readonly callId?: string
  readonly state?: SealedObject['state']
}

export interface VerifyRequest {
  /** How many at most; default 1,000. */
  readonly limit?: number
  /** `next` of the answer before. */
  readonly after?: string
  /** Open each as well and authenticate all of it. */
  readonly open?: boolean
  /** Look for what is in a store and was never listed. */
  readonly unlisted?: boolean
}

export interface VerifyReport {
  readonly checked: number
  readonly bytes: number
  readonly missing: readonly string[]
  readonly altered: readonly string[]
  /** Those whose store or key cannot be had now. */
  readonly unchecked: readonly string[]
  readonly unlisted: readonly string[]
  /** The last id; null when there are no more. */
  readonly next: string | null
}

export interface Backup {
  readonly id: string
  /** `complete`: whole, and verified after it was written. */
  readonly state: 'running' | 'complete' | 'failed' | 'deleted'
  readonly reason: string | null
  readonly store: string
  readonly started_at: string
  readonly ended_at: string | null
  readonly tables: number
  readonly rows: number
  readonly objects: number
  /** Of the objects, those that the store of backups lacked. */
  readonly copied: number
  readonly bytes: number
  readonly manifest_sha256: string | null
}

/** A data key that was destroyed. */
export interface Erasure {
  readonly object: string
  readonly tenant: string
  readonly purpose: string
  readonly wrapped_sha256: string
  readonly at: string
}
