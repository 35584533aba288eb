import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import type { Random } from '#kernel'

/** C2SP chunked-encryption, instance Cobblestone-256 (SHA-512, AES-256-GCM): the sizes that its layout follows from. */
export const cobblestoneHeaderBytes = 56
export const chunkBytes = 16 * 1024
export const tagBytes = 16
export const sealedChunkBytes = chunkBytes + tagBytes

const keyBytes = 32
const saltBytes = 24
const nonceBytes = 12
const commitmentBytes = 32
const maxChunks = 2 ** 38
const label = new TextEncoder().encode('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0')

/** Seals one message chunk by chunk. Not restartable: a key and salt seal one message, once. */
export interface CobblestoneSealer {
  /** Salt and commitment: the first 56 bytes of the sealed message. */
  readonly header: Uint8Array
  /** Seals the next 16 KiB. The result is the caller's. Throws `RangeError` on any other length. */
  seal(chunk: Uint8Array): Uint8Array
  /** Seals what is left (less than 16 KiB, perhaps nothing), which marks the end. */
  finish(rest: Uint8Array): Uint8Array
}

/** Opens chunks of one message in any order. */
export interface CobblestoneOpener {
  /**
   * Opens chunk `index`; undefined when it does not authenticate there. The result is the caller's.
   * A short chunk is the message's last: whoever reads checks that none follows (see `cobblestoneLayout`).
   */
  open(index: number, sealed: Uint8Array): Uint8Array | undefined
}

/** @param key - 32 uniformly random bytes, borrowed: it may be zeroed as soon as this returns. */
export function cobblestoneSealer(key: Uint8Array, context: Uint8Array, random: Random): CobblestoneSealer {
  if (key.length !== keyBytes) throw new RangeError('a Cobblestone-256 key has 32 bytes')
  const salt = random.bytes(saltBytes)
  const derived = deriveCobblestone(key, salt, context)
  const header = new Uint8Array(cobblestoneHeaderBytes)
  header.set(salt)
  header.set(derived.commitment, saltBytes)
  let next = 0
  let finished = false
  const sealNext = (plain: Uint8Array): Uint8Array => {
    if (finished || next >= maxChunks) throw new RangeError('the message is at its end')
    const cipher = createCipheriv('aes-256-gcm', derived.key, nonceOf(derived.baseNonce, next))
    next += 1
    const sealed = new Uint8Array(plain.length + tagBytes)
    sealed.set(cipher.update(plain))
    cipher.final()
    sealed.set(cipher.getAuthTag(), plain.length)
    return sealed
  }
  return {
    header,
    seal(chunk) {
      if (chunk.length !== chunkBytes) throw new RangeError('a chunk has 16 KiB')
      return sealNext(chunk)
    },
    finish(rest) {
      if (rest.length >= chunkBytes) throw new RangeError('the last chunk is shorter than 16 KiB')
      const sealed = sealNext(rest)
      finished = true
      return sealed
    },
  }
}

/**
 * Checks the key commitment. Undefined when key, context and header do not belong together; never throws on hostile input.
 *
 * @param key - Borrowed: it may be zeroed as soon as this returns.
 */
export function cobblestoneOpener(
  key: Uint8Array,
  context: Uint8Array,
  header: Uint8Array,
): CobblestoneOpener | undefined {
  if (key.length !== keyBytes || header.length !== cobblestoneHeaderBytes) return undefined
  const derived = deriveCobblestone(key, header.subarray(0, saltBytes), context)
  if (!timingSafeEqual(derived.commitment, header.subarray(saltBytes))) return undefined
  return {
    open(index, sealed) {
      if (!Number.isSafeInteger(index) || index < 0 || index >= maxChunks) return undefined
      if (sealed.length < tagBytes || sealed.length > sealedChunkBytes) return undefined
      const nonce = nonceOf(derived.baseNonce, index)
      const decipher = createDecipheriv('aes-256-gcm', derived.key, nonce, { authTagLength: tagBytes })
      decipher.setAuthTag(sealed.subarray(-tagBytes))
      const plain = new Uint8Array(decipher.update(sealed.subarray(0, -tagBytes)))
      try {
        decipher.final()
        return plain
      } catch {
        plain.fill(0)
        return undefined
      }
    },
  }
}

/** What a sealed message of some length consists of. */
export interface CobblestoneLayout {
  /** All chunks that are whole; the last of a complete message is the short one. */
  readonly chunks: number
  /** Bytes of plaintext in them. */
  readonly plainBytes: number
  /** False when the short last chunk is missing: the message was cut, or is not finished. */
  readonly complete: boolean
  /** Bytes past the last chunk that cannot be one (a torn write). */
  readonly tornBytes: number
}

/** Takes a sealed message's length (header included) apart; undefined when not even the header is whole. */
export function cobblestoneLayout(sealedBytes: number): CobblestoneLayout | undefined {
  if (sealedBytes < cobblestoneHeaderBytes) return undefined
  const body = sealedBytes - cobblestoneHeaderBytes
  const full = Math.floor(body / sealedChunkBytes)
  const rest = body % sealedChunkBytes
  const complete = rest >= tagBytes
  return {
    chunks: full + (complete ? 1 : 0),
    plainBytes: full * chunkBytes + (complete ? rest - tagBytes : 0),
    complete,
    tornBytes: complete ? 0 : rest,
  }
}

/** Where sealed chunk `index` starts, counted from the header. */
export function chunkOffset(index: number): number {
  return cobblestoneHeaderBytes + index * sealedChunkBytes
}

interface Derived {
  readonly key: KeyObject
  readonly baseNonce: Uint8Array
  readonly commitment: Uint8Array
}

/** HKDF-Expand (RFC 5869 §2.3) with SHA-512, straight from the input key: there is no Extract step in this scheme. */
export function deriveCobblestone(inputKey: Uint8Array, salt: Uint8Array, context: Uint8Array): Derived {
  const first = createHmac('sha512', inputKey)
    .update(label)
    .update(salt)
    .update(context)
    .update(block(1))
    .digest()
  const second = createHmac('sha512', inputKey)
    .update(first)
    .update(label)
    .update(salt)
    .update(context)
    .update(block(2))
    .digest()
  const output = new Uint8Array(keyBytes + nonceBytes + commitmentBytes)
  output.set(first)
  output.set(second.subarray(0, output.length - first.length), first.length)
  const derived = {
    key: createSecretKey(output.subarray(0, keyBytes)),
    baseNonce: output.slice(keyBytes, keyBytes + nonceBytes),
    commitment: output.slice(keyBytes + nonceBytes),
  }
  for (const secret of [first, second, output]) secret.fill(0)
  return derived
}

function block(counter: number): Uint8Array {
  return Uint8Array.of(counter)
}

/** The base nonce XOR the chunk's number, big-endian, in its last 5 bytes. */
function nonceOf(baseNonce: Uint8Array, index: number): Uint8Array {
  const nonce = baseNonce.slice()
  const view = new DataView(nonce.buffer)
  view.setUint32(8, view.getUint32(8) ^ (index >>> 0))
  view.setUint8(7, view.getUint8(7) ^ Math.floor(index / 2 ** 32))
  return nonce
}
