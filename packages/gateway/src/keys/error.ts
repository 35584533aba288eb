export type KeyErrorCode =
  /** Its provider cannot be asked now: try later. */
  | 'KEY_UNAVAILABLE'
  /** The provider denies it, or it is disabled, or destroyed. */
  | 'KEY_REFUSED'
  /** Nobody holds the key that is named. */
  | 'KEY_UNKNOWN'
  /** Something was wrapped or sealed differently: changed, or made for another owner or place. */
  | 'KEY_TAMPERED'
  /** The tenant's keys are not open: nothing of it can be sealed or read now. */
  | 'KEY_CLOSED'
  /** A bound would be passed: too many tenants open, or too much sealed while the provider is away. */
  | 'KEY_LIMIT'
  | 'KEYRING_NOT_FOUND'
  /** Others than the owner may read the keyring, or it is in clear where a passphrase should seal it. */
  | 'KEYRING_EXPOSED'
  | 'KEYRING_EXISTS'
  | 'KEYRING_INVALID'
  /** The passphrase is missing or wrong. */
  | 'KEYRING_SEALED'
  | 'KEYRING_WRITE_FAILED'

export class KeyError extends Error {
  override readonly name = 'KeyError'
  readonly code: KeyErrorCode
  constructor(code: KeyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What went wrong, in the words of this folder; anything that is not ours means that the key could not be asked for. */
export function asKeyError(error: unknown): KeyError {
  return error instanceof KeyError
    ? error
    : new KeyError('KEY_UNAVAILABLE', 'the key provider failed', { cause: error })
}
