export type VaultErrorCode =
  /** Something was sealed differently: changed, cut, swapped, or sealed for another owner. */
  | 'VAULT_TAMPERED'
  /** The keyring does not hold the key that is named. */
  | 'VAULT_KEY_UNKNOWN'
  /** The passphrase is missing or wrong. */
  | 'VAULT_SEALED'
  | 'VAULT_KEYRING_EXISTS'
  | 'VAULT_KEYRING_INVALID'
  /** Others than the owner may read the keyring. */
  | 'VAULT_KEYRING_EXPOSED'
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
