/** Some of what is due could not be deleted; it stays due. */
export type RetentionErrorCode = 'RETENTION_INCOMPLETE'

export class RetentionError extends Error {
  override readonly name = 'RetentionError'
  readonly code: RetentionErrorCode
  constructor(code: RetentionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
