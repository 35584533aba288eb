export type AuditErrorCode =
  /** The store did not take the entry: what it was to permit must not happen. */
  | 'AUDIT_UNAVAILABLE'
  /** More entries wait than the queue may hold. */
  | 'AUDIT_OVERLOADED'
  /** The last entry of the log does not fit its own hash: nothing is added to a log that was changed. */
  | 'AUDIT_BROKEN'

export class AuditError extends Error {
  override readonly name = 'AuditError'
  readonly code: AuditErrorCode
  constructor(code: AuditErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
