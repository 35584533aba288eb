import type { GcmCipher, SrtpCrypto } from '@voxkeep/wire/srtp'
import { nodeSrtpCrypto } from './srtp-crypto.ts'

type Ffi = typeof import('node:ffi')

const tagBytes = 16
const control = { getTag: 0x10, setTag: 0x11 } as const // EVP_CTRL_AEAD_GET_TAG and _SET_TAG of openssl/evp.h
/** A packet of any network; what is longer goes through `node:crypto`. */
const roomBytes = 2_048
/** Where things lie in the memory that is shared with OpenSSL. */
const place = { iv: 0, written: 16, tag: 32, spare: 64, plain: 128 } as const

/**
 * SRTP's primitives with AES-GCM straight from the OpenSSL inside Node, through the experimental `node:ffi`: one context lives as
 * long as its key, where `node:crypto` makes one a packet. `undefined` where this Node has no `node:ffi` or hides OpenSSL.
 * Everything else is `nodeSrtpCrypto`'s.
 */
export function ffiSrtpCrypto(): SrtpCrypto | undefined {
  // The types say that it is always there; a Node without it, or told to do without, gives nothing.
  const ffi = process.getBuiltinModule('node:ffi') as Ffi | undefined
  if (ffi === undefined) return undefined
  try {
    const openssl = bind(ffi)
    return { ...nodeSrtpCrypto, gcm: (key) => new FfiGcm(openssl, key) }
  } catch {
    return undefined // this build of Node does not export what we call
  }
}

type OpenSsl = ReturnType<typeof bind>

/** Throws when a function is not there. Each call passes pointers, and memory of ours only for as long as it lasts. */
function bind(ffi: Ffi) {
  const memory = new Uint8Array(new ArrayBuffer(place.plain + roomBytes))
  const base = ffi.getRawPointer(memory)
  const pointer = 'pointer'
  const { functions } = ffi.dlopen(null, {
    EVP_CIPHER_CTX_new: { return: pointer, arguments: [] },
    EVP_CIPHER_CTX_free: { return: 'void', arguments: [pointer] },
    EVP_aes_128_gcm: { return: pointer, arguments: [] },
    EVP_aes_256_gcm: { return: pointer, arguments: [] },
    EVP_CIPHER_CTX_ctrl: { return: 'i32', arguments: [pointer, 'i32', 'i32', pointer] },
    EVP_CipherFinal_ex: { return: 'i32', arguments: [pointer, pointer, pointer] },
  })
  const { EVP_CipherInit_ex: setKey } = ffi.dlopen(null, {
    EVP_CipherInit_ex: { return: 'i32', arguments: [pointer, pointer, pointer, 'buffer', pointer, 'i32'] },
  }).functions
  const { EVP_CipherInit_ex: setIv } = ffi.dlopen(null, {
    EVP_CipherInit_ex: { return: 'i32', arguments: [pointer, pointer, pointer, pointer, pointer, 'i32'] },
  }).functions
  const { EVP_CipherUpdate: addHead } = ffi.dlopen(null, {
    EVP_CipherUpdate: { return: 'i32', arguments: [pointer, pointer, pointer, 'buffer', 'i32'] },
  }).functions
  const { EVP_CipherUpdate: update } = ffi.dlopen(null, {
    EVP_CipherUpdate: { return: 'i32', arguments: [pointer, 'buffer', pointer, 'buffer', 'i32'] },
  }).functions
  const at = (offset: number) => base + BigInt(offset)
  return {
    ...functions,
    setKey,
    setIv,
    addHead,
    update,
    memory,
    pointers: { iv: at(place.iv), written: at(place.written), tag: at(place.tag), spare: at(place.spare) },
  }
}

const none = 0n
const [encrypt, decrypt] = [1, 0]

const freed = new FinalizationRegistry<() => void>((free) => free())

class FfiGcm implements GcmCipher {
  readonly #openssl: OpenSsl
  readonly #contexts: readonly [sealing: bigint, opening: bigint]
  /** For what is longer than any packet. */
  readonly #other: GcmCipher

  constructor(openssl: OpenSsl, key: Uint8Array) {
    this.#openssl = openssl
    this.#contexts = [newContext(openssl, key, encrypt), newContext(openssl, key, decrypt)]
    this.#other = nodeSrtpCrypto.gcm(key)
    const contexts = this.#contexts
    freed.register(this, () => contexts.forEach((context) => openssl.EVP_CIPHER_CTX_free(context)))
  }

  seal(iv: Uint8Array, aad: Uint8Array, plain: Uint8Array, out: Uint8Array): void {
    if (plain.length > roomBytes) return this.#other.seal(iv, aad, plain, out)
    // OpenSSL is told where to write, and not how far it may.
    if (out.length < plain.length + tagBytes) throw new RangeError('there is no room for what is sealed')
    const { memory, pointers, update, EVP_CipherFinal_ex: finish, EVP_CIPHER_CTX_ctrl: ctrl } = this.#openssl
    const [context] = this.#contexts
    this.#begin(context, iv, aad, encrypt)
    if (plain.length > 0) must(update(context, out, pointers.written, plain, plain.length))
    must(finish(context, pointers.spare, pointers.written))
    must(ctrl(context, control.getTag, tagBytes, pointers.tag))
    out.set(memory.subarray(place.tag, place.tag + tagBytes), plain.length)
  }

  open(iv: Uint8Array, aad: Uint8Array, cipherAndTag: Uint8Array, out: Uint8Array): boolean {
    const length = cipherAndTag.length - tagBytes
    if (length > roomBytes || length < 0) return this.#other.open(iv, aad, cipherAndTag, out)
    const { memory, pointers, update, EVP_CipherFinal_ex: finish, EVP_CIPHER_CTX_ctrl: ctrl } = this.#openssl
    const context = this.#contexts[1]
    memory.set(cipherAndTag.subarray(length), place.tag)
    this.#begin(context, iv, aad, decrypt)
    must(ctrl(context, control.setTag, tagBytes, pointers.tag))
    // What a forger sent is decrypted aside: `out` is the caller's datagram, which a drop leaves as it came.
    const aside = memory.subarray(place.plain, place.plain + length)
    if (length > 0) must(update(context, aside, pointers.written, cipherAndTag.subarray(0, length), length))
    if (finish(context, pointers.spare, pointers.written) !== 1) return false
    out.set(aside)
    return true
  }

  #begin(context: bigint, iv: Uint8Array, aad: Uint8Array, direction: number): void {
    const { memory, pointers, setIv, addHead } = this.#openssl
    memory.set(iv, place.iv)
    must(setIv(context, none, none, none, pointers.iv, direction))
    if (aad.length > 0) must(addHead(context, none, pointers.written, aad, aad.length))
  }
}

function newContext(openssl: OpenSsl, key: Uint8Array, direction: number): bigint {
  const cipher = key.length === 32 ? openssl.EVP_aes_256_gcm() : openssl.EVP_aes_128_gcm()
  const context = openssl.EVP_CIPHER_CTX_new()
  if (context === none) throw new Error('OpenSSL has no memory')
  must(openssl.setKey(context, cipher, none, key, none, direction))
  return context
}

function must(result: number): void {
  if (result !== 1) throw new Error('OpenSSL refused')
}
