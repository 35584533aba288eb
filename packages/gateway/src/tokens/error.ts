export type TokenVaultErrorCode =
  | 'TOKEN_INVALID' // the value is not one of its kind, or a word or number of the request is none
  | 'TOKEN_REFUSED' // outside its purposes, or against the tenant's policy
  | 'TOKEN_RATE' // too many in the last hour
  | 'TOKEN_UNKNOWN' // there is none, or it expired
  | 'TOKEN_HELD' // a legal hold stands against deleting it
  | 'TOKEN_UNAVAILABLE' // the keys, the database or the audit log cannot be used now

export class TokenVaultError extends Error {
  override readonly name = 'TokenVaultError'
  readonly code: TokenVaultErrorCode
  constructor(code: TokenVaultErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function isTokenVaultError(error: unknown, code?: TokenVaultErrorCode): error is TokenVaultError {
  return error instanceof TokenVaultError && (code === undefined || error.code === code)
}
