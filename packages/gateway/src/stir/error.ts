export type StirErrorCode =
  /** `stir.rootsFile` has no certificate, or one that cannot be an authority's. */
  | 'STIR_ROOTS_INVALID'
  /** `stir.sign.keyFile` is no P-256 private key. */
  | 'STIR_KEY_INVALID'

export class StirError extends Error {
  override readonly name = 'StirError'
  readonly code: StirErrorCode
  constructor(code: StirErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
