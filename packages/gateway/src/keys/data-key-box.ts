import { hkdfSync } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Random } from '#kernel'
import { openBox, sealBox } from './aead.ts'
import type { KeyContext } from './contract.ts'

const saltBytes = 16
const nonceBytes = 12

/**
 * Wraps an object's data key: salt ‖ nonce ‖ ciphertext ‖ tag. Each wrapping has a subkey of its own (HKDF with the salt), so no number
 * of objects comes near a nonce collision.
 */
export function boxDataKey(
  tenantKey: Uint8Array,
  tenantKeyId: string,
  plain: Uint8Array,
  context: KeyContext,
  random: Random,
): Uint8Array {
  const salt = random.bytes(saltBytes)
  const key = subkey(tenantKey, salt)
  const box = sealBox(key, random.bytes(nonceBytes), plain, aadOf(tenantKeyId, context))
  key.fill(0)
  const boxed = new Uint8Array(saltBytes + box.length)
  boxed.set(salt)
  boxed.set(box, saltBytes)
  return boxed
}

/** Undoes `boxDataKey`; undefined when it does not authenticate. Never throws on hostile input. */
export function unboxDataKey(
  tenantKey: Uint8Array,
  tenantKeyId: string,
  boxed: Uint8Array,
  context: KeyContext,
): Uint8Array | undefined {
  const key = subkey(tenantKey, boxed.subarray(0, saltBytes))
  const plain = openBox(key, boxed.subarray(saltBytes), aadOf(tenantKeyId, context))
  key.fill(0)
  return plain
}

function subkey(tenantKey: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', tenantKey, salt, 'voxkeep data key v1', 32))
}

function aadOf(tenantKey: string, { tenant, purpose, object }: KeyContext): Uint8Array {
  return Buffer.from(`voxkeep data key v1\0${canonicalize({ tenantKey, tenant, purpose, object })}`)
}
