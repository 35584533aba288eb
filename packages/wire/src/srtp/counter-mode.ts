import type { SrtpCrypto } from './crypto.ts'
import { keystreamAhead } from './keystream-ahead.ts'

/** XORs `length` bytes at `start` of `from` with the keystream of one packet into `to` at the same place. */
export type CounterMode = (
  ssrc: number,
  /** The upper 32 of the 48 bits of the packet index. */
  indexHigh: number,
  /** The lower 16 bits. */
  indexLow: number,
  from: Uint8Array,
  to: Uint8Array,
  start: number,
  length: number,
) => void

/** AES in counter mode: RFC 3711 §4.1.1. */
export function counterMode(crypto: SrtpCrypto, key: Uint8Array, salt: Uint8Array): CounterMode {
  const keystream = keystreamAhead(crypto.aesEcb(key), salt)
  return (ssrc, indexHigh, indexLow, from, to, start, length) => {
    const first = keystream.locate(ssrc, indexHigh, indexLow, (length + 15) >>> 4)
    const { bytes } = keystream
    for (let i = 0; i < length; i += 1) to[start + i] = (from[start + i] ?? 0) ^ (bytes[first + i] ?? 0)
  }
}
