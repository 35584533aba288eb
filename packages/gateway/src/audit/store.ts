import type { FullTile, TilePart } from '@voxkeep/tlog'
import type { CallId, TenantId } from '#kernel'

/** How far a log got; `root` in Base 64. */
export interface Head {
  readonly size: number
  readonly root: string
}

/** One entry as it is kept: `leaf` is the exact text that is hashed, the other columns repeat what queries look for. */
export interface LeafRow {
  readonly idx: number
  readonly call_id: CallId | null
  readonly at: Date
  readonly type: string
  readonly actor: string
  readonly leaf: string
  /** Kept beside it, so that a leaf that was changed can be named. */
  readonly hash: Uint8Array
}

/** What a writer adds to a log: the state that it began at and the one that it leaves. */
export interface Growth {
  readonly from: Head
  readonly to: Head
  readonly leaves: readonly LeafRow[]
  readonly tiles: readonly FullTile[]
}

export interface LogRow extends Head {
  readonly tenant: TenantId
  readonly origin: string
}

export interface CheckpointRow {
  readonly size: number
  readonly at: Date
  readonly note: string
}

export interface CosignatureRow {
  readonly size: number
  readonly witness: string
  readonly at: Date
  readonly lines: string
}

export interface SignerRow {
  readonly id: string
  readonly purpose: 'log' | 'witness'
  readonly seeds_sealed: string
  readonly ed25519: string
  readonly ml_dsa_44: string
  readonly from_at: Date
  readonly until_at: Date | null
}

export interface LeafFilter {
  readonly type?: string | undefined
  readonly actor?: string | undefined
  readonly call?: CallId | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

/** Where logs are kept. Every promise rejects when the store cannot tell; a write that resolved is durable. */
export interface AuditStore {
  /** Makes the tenant's log when there is none; what it is called and how far it got. */
  open(tenant: TenantId, origin: string, emptyRoot: string): Promise<LogRow>
  logs(): Promise<readonly LogRow[]>
  head(tenant: TenantId): Promise<Head | undefined>
  /** Moves the head and adds what belongs to it, all or nothing; false, and nothing is added, when the head is not at `from` any more. */
  grow(tenant: TenantId, growth: Growth): Promise<boolean>
  /** The same when others write a lot: `plan` is given the head, which nobody else moves until it is done, and what it must read by. */
  growAlone(
    tenant: TenantId,
    plan: (head: Head, reader: Pick<AuditStore, 'leaves' | 'tiles' | 'tileRoots'>) => Promise<Growth>,
  ): Promise<void>
  /** Entries from `from` up to `to` (exclusive), in order. */
  leaves(tenant: TenantId, from: number, to: number): Promise<readonly LeafRow[]>
  /** The newest first, below index `before`. */
  query(
    tenant: TenantId,
    filter: LeafFilter,
    page: { before: number | undefined; limit: number },
  ): Promise<readonly LeafRow[]>
  ofCall(tenant: TenantId, call: CallId): Promise<readonly LeafRow[]>
  /** Of full tiles: those that are there, in no order. */
  tiles(
    tenant: TenantId,
    parts: readonly TilePart[],
  ): Promise<readonly (TilePart & { readonly hashes: Uint8Array; readonly root: Uint8Array })[]>
  /** The roots of the full tiles `from` up to `to` (exclusive) of a level, in order. */
  tileRoots(tenant: TenantId, level: number, from: number, to: number): Promise<readonly Uint8Array[]>
  /** False when there is one of this size already. */
  addCheckpoint(tenant: TenantId, row: CheckpointRow): Promise<boolean>
  /** The newest, or the newest that is not above `size`. */
  checkpoint(tenant: TenantId, size?: number): Promise<CheckpointRow | undefined>
  /** From size `from` up to `to` (inclusive), in order. */
  checkpoints(tenant: TenantId, from: number, to: number, limit: number): Promise<readonly CheckpointRow[]>
  addCosignature(tenant: TenantId, row: CosignatureRow): Promise<void>
  cosignatures(tenant: TenantId, size: number): Promise<readonly CosignatureRow[]>
  signers(purpose: SignerRow['purpose']): Promise<readonly SignerRow[]>
  /** Adds a pair of keys; those that signed until now end at its beginning. */
  addSigner(row: SignerRow): Promise<void>
}
