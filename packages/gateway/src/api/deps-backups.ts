import type { BackupRow } from '#db'

/** Backups of the whole gateway, all tenants: for its operator. */
export interface ApiBackups {
  /**
   * Begins one, which is in the audit log first; resolves once it is listed, not when it is done. `no-store`: none is configured for
   * backups.
   */
  start(actor: string): Promise<BackupRow | 'no-store' | 'running' | 'unaudited'>
  /** Newest first. */
  list(page: { readonly limit: number; readonly before: string | undefined }): Promise<readonly BackupRow[]>
  get(id: string): Promise<BackupRow | undefined>
  /** Proofs of destroyed keys, a JSON text each. */
  erasures(since: Date): AsyncIterable<string>
}
