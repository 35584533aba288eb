import { crc32 } from 'node:zlib'
import { Secret, type Random } from '#kernel'
import { randomBase62, toBase62 } from './base62.ts'

/**
 * An API token as people see it: `vk_live_`, 30 random base-62 letters, and the CRC-32 of all that in 6 more. The
 * prefix and the checksum let a scanner find leaked tokens with almost no false alarms:
 * `\bvk_live_[0-9A-Za-z]{36}\b`.
 */
export interface TokenText {
  readonly text: Secret<string>
  /** The public beginning, kept and shown so that people can tell tokens apart: `vk_live_` and 8 letters. */
  readonly prefix: string
}

const brand = 'vk_live_'
const randomLetters = 30 // 178 bits
const checksumLetters = 6 // enough for 32 bits in base 62
const prefixLetters = brand.length + 8
const shape = /^vk_live_[0-9A-Za-z]{36}$/

export function createTokenText(random: Random): TokenText {
  const body = brand + randomBase62(randomLetters, random)
  return tokenText(body + checksum(body))
}

/** Undefined for anything that cannot be a token of ours, so that no typing error costs a look in the database. */
export function parseTokenText(text: string): TokenText | undefined {
  if (!shape.test(text)) return undefined
  const body = text.slice(0, -checksumLetters)
  return checksum(body) === text.slice(-checksumLetters) ? tokenText(text) : undefined
}

function tokenText(text: string): TokenText {
  return { text: new Secret(text), prefix: text.slice(0, prefixLetters) }
}

function checksum(body: string): string {
  return toBase62(crc32(body), checksumLetters)
}
