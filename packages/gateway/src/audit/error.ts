export type AuditErrorCode =
  /** The store did not take the entry: what it was to permit must not happen. */
  | 'AUDIT_UNAVAILABLE'
  /** More entries wait than the queue may hold. */
  | 'AUDIT_OVERLOADED'
  /** The entry is larger than a leaf may be. */
  | 'AUDIT_TOO_LARGE'
  /** The log in the database is not the one that was written: nothing is added to a log that was changed. */
  | 'AUDIT_BROKEN'
  /** The keys that sign checkpoints cannot be opened. */
  | 'AUDIT_UNSIGNED'
  /** There is no such log or entry. */
  | 'AUDIT_UNKNOWN'

export class AuditError extends Error {
  override readonly name = 'AuditError'
  readonly code: AuditErrorCode
  constructor(code: AuditErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
