/** Says what a key or a text is for; it must be the same again when it is opened. */
export type KeyContext = Readonly<Record<string, string>>

/** A fresh data key. `plain` is the caller's to use and to zero. */
export interface DataKey {
  readonly plain: Uint8Array
  readonly wrapped: Uint8Array
  readonly keyRef: string
}

/** Seals short texts for the database. `context` names the place (table, column, row) and is bound to the text. */
export interface FieldSeal {
  seal(text: string, context: string): string
  /** Throws `VaultError` (`VAULT_TAMPERED`, `VAULT_KEY_UNKNOWN`). */
  open(sealed: string, context: string): string
}

/** Where keys live. The local keyring is one; a KMS or an HSM is another. */
export interface KeyProvider {
  /** Names the key that wraps now. */
  readonly ref: string
  generateDataKey(context: KeyContext): DataKey
  /** The data key, the caller's to zero. Throws `VaultError` (`VAULT_TAMPERED`, `VAULT_KEY_UNKNOWN`). */
  unwrap(wrapped: Uint8Array, keyRef: string, context: KeyContext): Uint8Array
  fieldSeal(): FieldSeal
  /** 32 bytes for keyed hashes, the same for the same purpose whatever is rotated. */
  hmacKey(purpose: string): Uint8Array
}
