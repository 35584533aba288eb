export type SecretErrorCode =
  /** Where it is kept cannot be asked now. */
  | 'SECRET_UNAVAILABLE'
  /** Denied, to us. */
  | 'SECRET_REFUSED'
  /** There is none by that name. */
  | 'SECRET_UNKNOWN'
  /** The reference, or what it leads to, is not what it should be. */
  | 'SECRET_INVALID'

export class SecretError extends Error {
  override readonly name = 'SecretError'
  readonly code: SecretErrorCode
  constructor(code: SecretErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
