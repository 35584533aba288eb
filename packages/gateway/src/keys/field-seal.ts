import { hkdfSync } from 'node:crypto'
import type { Random, TenantId } from '#kernel'
import { openBox, sealBox } from './aead.ts'
import type { FieldSeal } from './contract.ts'
import { KeyError } from './error.ts'

const saltBytes = 16
const nonceBytes = 12
/** Derived keys kept: one for each tenant, version and process start that rows in use come from. */
const maxCachedKeys = 4_096
const shape = /^v1\.(\d{1,9})\.([A-Za-z0-9_-]+)$/

/** The open keys that a tenant's fields are sealed under, by version. */
export interface FieldKeys {
  readonly newest: number
  get(version: number): Uint8Array | undefined
}

export interface TenantFieldSeal extends FieldSeal {
  /** Zeroes what was derived for the tenant. */
  forget(tenant: TenantId): void
}

/**
 * Seals texts as `v1.<key version>.<base64url of salt ‖ nonce ‖ ciphertext ‖ tag>`. Each process seals under its own
 * subkey (HKDF with a random salt) and counts its nonces, so no number of rows comes near a nonce collision.
 *
 * @param keysOf - Throws `KeyError` (`KEY_CLOSED`) for a tenant that is not open.
 */
export function tenantFieldSeal(keysOf: (tenant: TenantId) => FieldKeys, random: Random): TenantFieldSeal {
  const ownSalt = random.bytes(saltBytes)
  const cache = new Map<string, Uint8Array>()
  const subkey = (tenant: TenantId, keys: FieldKeys, version: number, salt: Uint8Array): Uint8Array => {
    const name = `${tenant} ${version} ${Buffer.from(salt).toString('base64url')}`
    const known = cache.get(name)
    if (known !== undefined) return known
    const root = keys.get(version)
    if (root === undefined) throw new KeyError('KEY_UNKNOWN', 'the key of a sealed field is not there')
    const key = new Uint8Array(hkdfSync('sha256', root, salt, 'voxkeep field v1', 32))
    if (cache.size >= maxCachedKeys) drop(cache, cache.keys().next().value ?? '')
    cache.set(name, key)
    return key
  }
  let sealed = 0n
  return {
    seal(tenant, text, context) {
      const keys = keysOf(tenant)
      const nonce = new Uint8Array(nonceBytes)
      new DataView(nonce.buffer).setBigUint64(4, sealed++)
      const key = subkey(tenant, keys, keys.newest, ownSalt)
      const box = sealBox(key, nonce, Buffer.from(text), aadOf(tenant, context))
      return `v1.${keys.newest}.${Buffer.concat([ownSalt, box]).toString('base64url')}`
    },
    open(tenant, text, context) {
      const keys = keysOf(tenant)
      const [, version, body] = shape.exec(text) ?? []
      const bytes = Buffer.from(body ?? '', 'base64url')
      if (version === undefined || bytes.length < saltBytes) throw tampered()
      if (bytes.toString('base64url') !== body) throw tampered() // another spelling of the same was changed too
      const key = subkey(tenant, keys, Number(version), bytes.subarray(0, saltBytes))
      const plain = openBox(key, bytes.subarray(saltBytes), aadOf(tenant, context))
      if (plain === undefined) throw tampered()
      return new TextDecoder().decode(plain)
    },
    forget(tenant) {
      for (const name of cache.keys()) if (name.startsWith(`${tenant} `)) drop(cache, name)
    },
  }
}

function drop(cache: Map<string, Uint8Array>, name: string): void {
  cache.get(name)?.fill(0)
  cache.delete(name)
}

function aadOf(tenant: TenantId, context: string): Uint8Array {
  return Buffer.from(`voxkeep field v1\0${tenant}\0${context}`)
}

function tampered(): KeyError {
  return new KeyError('KEY_TAMPERED', 'a sealed field does not open at its place')
}
