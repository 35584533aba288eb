import { isUtf8 } from 'node:buffer'
import type { Decode, Said } from './wire-audio.ts'
import type { AppMessage } from './wire.ts'

export type Json = Readonly<Record<string, unknown>>

/** Longer than any label in use; each pending mark keeps its name in memory. */
export const maxMarkNameLength = 4_096
export const ignored: readonly AppMessage[] = [{ kind: 'ignored' }]

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A JSON object in UTF-8, or undefined. Never throws. */
export function readRecord(payload: Uint8Array): Json | undefined {
  if (!isUtf8(payload)) return undefined
  try {
    const value: unknown = JSON.parse(
      Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8'),
    )
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Fresh memory. Node decodes leniently and drops what it does not know: a result shorter than the text promises was not clean. */
export function decodeBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const symbols = text.length - padding
  if (symbols === 0 || symbols % 4 === 1) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === Math.floor((symbols * 3) / 4) ? bytes : undefined
}

/** A mark, unless its name is none that can be kept. */
export function readMark(name: unknown): readonly AppMessage[] {
  return typeof name === 'string' && name.length <= maxMarkNameLength ? [{ kind: 'mark', name }] : ignored
}

/** Audio in base64, unless it is not clean. */
export function readAudio(base64: unknown, decode: Decode): readonly AppMessage[] {
  const bytes = decodeBase64(base64)
  return bytes === undefined ? ignored : audioOf(decode(bytes))
}

/** Nothing where there is no whole sample yet. */
export function audioOf(said: Said): readonly AppMessage[] {
  return said.ulaw.length === 0 ? [] : [{ kind: 'audio', ...said }]
}
