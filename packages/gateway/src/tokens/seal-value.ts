import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '#kernel'

const nonceBytes = 12
const tagBytes = 16

/** What a sealed value is bound to: another row's does not open in its place. */
export interface ValuePlace {
  readonly tenant: string
  readonly id: string
  readonly kind: string
}

/** Seals a value under its own data key with AES-256-GCM: base64 of nonce ‖ ciphertext ‖ tag. `key` and `value` stay the caller's to zero. */
export function sealValue(key: Uint8Array, value: Uint8Array, place: ValuePlace, random: Random): string {
  const nonce = random.bytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(aadOf(place))
  return Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** Undoes `sealValue`; undefined when it does not authenticate. Never throws. The bytes are the caller's to zero. */
export function openValue(key: Uint8Array, sealed: string, place: ValuePlace): Uint8Array | undefined {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < nonceBytes + tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(aadOf(place))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  const value = decipher.update(bytes.subarray(nonceBytes, -tagBytes))
  try {
    decipher.final()
    return value
  } catch {
    value.fill(0)
    return undefined
  }
}

function aadOf({ tenant, id, kind }: ValuePlace): Uint8Array {
  return Buffer.from(JSON.stringify(['voxkeep token v1', tenant, id, kind]))
}
