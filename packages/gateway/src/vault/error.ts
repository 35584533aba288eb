export type VaultErrorCode =
  /** Something was sealed differently: changed, cut, swapped, or sealed for another owner. */
  | 'VAULT_TAMPERED'
  | 'VAULT_NOT_FOUND'
  /** The disk refused; what was sealed before stays. */
  | 'VAULT_WRITE_FAILED'
  /** The disk is so slow that sealed audio piled up past its bound. */
  | 'VAULT_OVERLOADED'

export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly code: VaultErrorCode
  constructor(code: VaultErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
