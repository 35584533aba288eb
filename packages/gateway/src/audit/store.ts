import type { CallId, TenantId } from '#kernel'

/** One entry as it is kept: `body` is the exact text that `hash` (with the hash before it) covers. */
export interface StoredEntry {
  readonly seq: number
  readonly tenant: TenantId
  readonly call_id: CallId | null
  readonly body: string
  readonly hash: string
}

/** Where entries are kept. */
export interface AuditStore {
  /** Adds entries, all or none; resolves once they are durable. */
  append(entries: readonly StoredEntry[]): Promise<void>
  /** The entry with the highest `seq`. */
  head(): Promise<StoredEntry | undefined>
  /** Entries from `fromSeq` on, in order. */
  read(fromSeq: number, limit: number): Promise<readonly StoredEntry[]>
  ofCall(call: CallId): Promise<readonly StoredEntry[]>
}
