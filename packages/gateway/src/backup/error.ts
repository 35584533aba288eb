export type BackupErrorCode =
  /** The configuration names no store for backups. */
  | 'BACKUP_NO_STORE'
  /** One is being made. */
  | 'BACKUP_RUNNING'
  | 'BACKUP_NOT_FOUND'
  /** Something in it is not what was written; `part` says what. */
  | 'BACKUP_TAMPERED'
  /** What unlocks it cannot be had: its key provider, or the key. */
  | 'BACKUP_LOCKED'
  /** The target holds something already. */
  | 'RESTORE_NOT_EMPTY'
  /** It was made by another version of the gateway. */
  | 'RESTORE_SCHEMA'

export class BackupError extends Error {
  override readonly name = 'BackupError'
  readonly code: BackupErrorCode
  /** What it is about: a part of the backup, or a table of the target. */
  readonly part: string | undefined
  constructor(code: BackupErrorCode, message: string, options?: ErrorOptions & { readonly part?: string }) {
    super(message, options)
    this.code = code
    this.part = options?.part
  }
}

export function tampered(part: string, cause?: unknown): BackupError {
  return new BackupError('BACKUP_TAMPERED', 'the backup was changed, or is not whole', { part, cause })
}
