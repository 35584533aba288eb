import { hkdfSync } from 'node:crypto'
import type { Random } from '#kernel'
import { openBox, sealBox } from './aead.ts'
import { VaultError } from './error.ts'
import type { FieldSeal } from './key-provider.ts'

const saltBytes = 16
const nonceBytes = 12
/** Derived keys kept: one salt a process start, so this covers far more restarts than rows in use come from. */
const maxCachedKeys = 256
const shape = /^v1\.(\d{1,9})\.([A-Za-z0-9_-]+)$/

/**
 * Seals texts as `v1.<key version>.<base64url of salt ‖ nonce ‖ ciphertext ‖ tag>`. Each process seals under its own
 * subkey (HKDF with a random salt) and counts its nonces, so no number of rows comes near a nonce collision.
 */
export function fieldSeal(keys: ReadonlyMap<number, Uint8Array>, newest: number, random: Random): FieldSeal {
  const salt = random.bytes(saltBytes)
  const cache = new Map<string, Uint8Array>()
  const subkey = (version: number, salt: Uint8Array): Uint8Array => {
    const name = `${version}.${Buffer.from(salt).toString('base64url')}`
    const known = cache.get(name)
    if (known !== undefined) return known
    const root = keys.get(version)
    if (root === undefined)
      throw new VaultError('VAULT_KEY_UNKNOWN', 'the keyring lacks the key of a sealed field')
    const key = new Uint8Array(hkdfSync('sha256', root, salt, 'voxkeep field v1', 32))
    if (cache.size >= maxCachedKeys) cache.delete(cache.keys().next().value ?? '')
    cache.set(name, key)
    return key
  }
  let sealed = 0n
  return {
    seal(text, context) {
      const nonce = new Uint8Array(nonceBytes)
      new DataView(nonce.buffer).setBigUint64(4, sealed++)
      const box = sealBox(subkey(newest, salt), nonce, Buffer.from(text), aadOf(context))
      return `v1.${newest}.${Buffer.concat([salt, box]).toString('base64url')}`
    },
    open(text, context) {
      const [, version, body] = shape.exec(text) ?? []
      const bytes = Buffer.from(body ?? '', 'base64url')
      if (version === undefined || bytes.length < saltBytes) throw tampered()
      const key = subkey(Number(version), bytes.subarray(0, saltBytes))
      const plain = openBox(key, bytes.subarray(saltBytes), aadOf(context))
      if (plain === undefined) throw tampered()
      return new TextDecoder().decode(plain)
    },
  }
}

function aadOf(context: string): Uint8Array {
  return Buffer.from(`voxkeep field v1\0${context}`)
}

function tampered(): VaultError {
  return new VaultError('VAULT_TAMPERED', 'a sealed field does not open at its place')
}
