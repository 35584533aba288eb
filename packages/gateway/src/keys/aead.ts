import { createCipheriv, createDecipheriv, type CipherKey } from 'node:crypto'

const nonceBytes = 12
const tagBytes = 16

/** AES-256-GCM as one piece: nonce ‖ ciphertext ‖ tag. `nonce` (12 bytes) must be fresh for `key`. */
export function sealBox(key: CipherKey, nonce: Uint8Array, plain: Uint8Array, aad: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(aad)
  const box = new Uint8Array(nonceBytes + plain.length + tagBytes)
  box.set(nonce)
  box.set(cipher.update(plain), nonceBytes)
  cipher.final()
  box.set(cipher.getAuthTag(), nonceBytes + plain.length)
  return box
}

/** Opens what `sealBox` made; undefined when it does not authenticate. Never throws on hostile input. */
export function openBox(key: CipherKey, box: Uint8Array, aad: Uint8Array): Uint8Array | undefined {
  if (box.length < nonceBytes + tagBytes) return undefined
  const nonce = box.subarray(0, nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(aad)
  decipher.setAuthTag(box.subarray(-tagBytes))
  const plain = new Uint8Array(decipher.update(box.subarray(nonceBytes, -tagBytes)))
  try {
    decipher.final()
    return plain
  } catch {
    plain.fill(0)
    return undefined
  }
}
