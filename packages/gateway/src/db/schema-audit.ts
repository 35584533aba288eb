import type { CallId, TenantId } from '#kernel'

/** Tables of `migrations/*-audit.ts`. */
export interface AuditSchema {
  audit_logs: AuditLogRow
  audit_leaves: AuditLeafRow
  audit_tiles: AuditTileRow
  audit_checkpoints: AuditCheckpointRow
  audit_cosignatures: AuditCosignatureRow
  audit_signers: AuditSignerRow
  audit_witnessed: AuditWitnessedRow
}

/** A log and how far it got; `root` in Base 64. The log of logs has the tenant `*`, which no tenant can be called. */
export interface AuditLogRow {
  readonly tenant: TenantId
  readonly origin: string
  readonly size: number
  readonly root: string
}

/** One entry: `leaf` is the exact text that is hashed, `hash` its hash; the other columns repeat what queries look for. */
export interface AuditLeafRow {
  readonly tenant: TenantId
  readonly idx: number
  readonly call_id: CallId | null
  readonly at: Date
  readonly type: string
  readonly actor: string
  readonly leaf: string
  readonly hash: Uint8Array
}

/** A full tile (C2SP tlog-tiles) and its root. */
export interface AuditTileRow {
  readonly tenant: TenantId
  readonly level: number
  readonly idx: number
  readonly hashes: Uint8Array
  readonly root: Uint8Array
}

export interface AuditCheckpointRow {
  readonly tenant: TenantId
  readonly size: number
  readonly at: Date
  /** A C2SP tlog-checkpoint with the log's own signatures. */
  readonly note: string
}

export interface AuditCosignatureRow {
  readonly tenant: TenantId
  readonly size: number
  readonly witness: string
  readonly at: Date
  /** Signature lines as the witness sent them. */
  readonly lines: string
}

/** A pair of keys that signs; `ed25519` and `ml_dsa_44` are the public halves in Base 64. */
export interface AuditSignerRow {
  readonly id: string
  readonly purpose: 'log' | 'witness'
  readonly seeds_sealed: string
  readonly ed25519: string
  readonly ml_dsa_44: string
  readonly from_at: Date
  readonly until_at: Date | null
}

export interface AuditWitnessedRow {
  readonly origin: string
  readonly size: number
  /** Base 64. */
  readonly root: string
  readonly note: string
  readonly at: Date
}
