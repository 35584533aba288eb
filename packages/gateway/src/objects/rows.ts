import type { CallId, TenantId } from '#kernel'
import type { LockMode } from './contract.ts'

/** One listed object; the `ObjectRow` of #db fits. */
export interface ListedRow {
  readonly id: string
  readonly tenant: TenantId
  readonly kind: string
  readonly call_id: CallId | null
  readonly node: string
  readonly store: string | null
  readonly key: string | null
  readonly bytes: number
  readonly sha256: string
  readonly version_id: string | null
  readonly lock_until: Date | null
  readonly state: 'spooled' | 'stored' | 'deleting' | 'deleted' | 'missing' | 'corrupt'
  readonly reason: string | null
  readonly created_at: Date
}

interface After {
  readonly after: string
  readonly limit: number
}

/** What is listed of objects; the `objectRows` of #db fits. A resolved write is durable. */
export interface ObjectList {
  find(id: string): Promise<ListedRow | undefined>
  spooled(page: After): Promise<readonly ListedRow[]>
  deleting(page: After): Promise<readonly ListedRow[]>
  kept(page: After & { readonly tenant?: TenantId | undefined }): Promise<readonly ListedRow[]>
  /** Those that were not compared for longest; what is compared goes to the end. */
  leastChecked(limit: number): Promise<readonly ListedRow[]>
  among(ids: readonly string[]): Promise<readonly ListedRow[]>
  stored(id: string, where: StoredAt, at: Date): Promise<boolean>
  beginDeleting(id: string): Promise<boolean>
  stillThere(id: string, reason: string, until: Date | null): Promise<void>
  deleted(id: string, at: Date): Promise<void>
  checked(
    id: string,
    state: 'spooled' | 'stored' | 'missing' | 'corrupt',
    at: Date,
    reason: string | null,
  ): Promise<void>
}

export interface StoredAt {
  readonly store: string
  readonly key: string
  readonly version_id: string | null
  readonly lock_mode: LockMode | null
  readonly lock_until: Date | null
}
