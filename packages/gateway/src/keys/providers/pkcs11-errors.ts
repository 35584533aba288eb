import { KeyError } from '#keys'

/** PKCS #11 v2.40 §11.1, v3.0 §5.1. */
const lost = new Set([
  0x02, // HOST_MEMORY
  0x03, // SLOT_ID_INVALID
  0x30, // DEVICE_ERROR
  0x31, // DEVICE_MEMORY
  0x32, // DEVICE_REMOVED
  0xb0, // SESSION_CLOSED
  0xb1, // SESSION_COUNT
  0xb3, // SESSION_HANDLE_INVALID
  0xe0, // TOKEN_NOT_PRESENT
  0xe1, // TOKEN_NOT_RECOGNIZED
  0x101, // USER_NOT_LOGGED_IN
  0x190, // CRYPTOKI_NOT_INITIALIZED
])
const pin = new Set([0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0x102]) // PIN_INCORRECT … PIN_LOCKED, USER_PIN_NOT_INITIALIZED
const staleObject = new Set([0x60, 0x82]) // KEY_HANDLE_INVALID, OBJECT_HANDLE_INVALID
/**
 * What modules say to a tag that does not verify: ENCRYPTED_DATA_INVALID, ENCRYPTED_DATA_LEN_RANGE, AEAD_DECRYPT_FAILED, SIGNATURE_INVALID,
 * DATA_INVALID, DATA_LEN_RANGE; SoftHSM says GENERAL_ERROR, others FUNCTION_FAILED.
 */
const notOpened = new Set([0x40, 0x41, 0x42, 0xc0, 0x20, 0x21, 0x05, 0x06])

function codeOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'number' ? code : 0
}

/** Whether a new session and login may help. */
export function isLost(error: unknown): boolean {
  return lost.has(codeOf(error))
}

/** Whether the object is gone, or its handle belongs to a session that is. */
export function isStale(error: unknown): boolean {
  return staleObject.has(codeOf(error))
}

/** Whether decrypting failed because of what was to be decrypted, provided that the session is well. */
export function isNotOpened(error: unknown): boolean {
  return notOpened.has(codeOf(error))
}

/** Whether trying again with the same PIN could lock the token. */
export function isPinRefused(error: unknown): boolean {
  return pin.has(codeOf(error))
}

export function pkcs11Error(error: unknown): KeyError {
  if (error instanceof KeyError) return error
  if (isPinRefused(error)) return new KeyError('KEY_REFUSED', 'the token refuses the PIN')
  if (isLost(error)) return new KeyError('KEY_UNAVAILABLE', 'the token is not there')
  const name = error instanceof Error ? /^CKR_[A-Z_]+$/.exec(error.message)?.[0] : undefined
  return new KeyError('KEY_UNAVAILABLE', `the PKCS#11 module failed${name === undefined ? '' : ` (${name})`}`)
}
