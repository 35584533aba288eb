/**
 * The primitives that SRTP is built from, handed in so that this package needs no runtime.
 * Each function takes a session key and keeps what it needs of it; the caller may wipe the key after.
 */
export interface SrtpCrypto {
  /** AES in ECB over whole 16-byte blocks, 16- or 32-byte key. `output` is as long as `input`. */
  aesEcb(key: Uint8Array): (input: Uint8Array, output: Uint8Array) => void
  /**
   * HMAC-SHA1 of `a‖b`: the first 20 bytes of the result. The result is the function's own memory and is
   * valid until its next call.
   */
  hmacSha1(key: Uint8Array): (a: Uint8Array, b?: Uint8Array) => Uint8Array
  gcm(key: Uint8Array): GcmCipher
}

/** AES-GCM with a 12-byte IV and a 16-byte tag. */
export interface GcmCipher {
  /** Writes ciphertext‖tag to `out`, which may start where `plain` does. */
  seal(iv: Uint8Array, aad: Uint8Array, plain: Uint8Array, out: Uint8Array): void
  /** Writes plaintext to `out`, which may start where `cipherAndTag` does; on `false` it left `out` alone. */
  open(iv: Uint8Array, aad: Uint8Array, cipherAndTag: Uint8Array, out: Uint8Array): boolean
}
