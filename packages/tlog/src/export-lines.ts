import { hashFromBase64, fromBase64, toBase64 } from './base64.ts'
import { parseTile, serializeTile } from './tiles.ts'

/** What an export is of. Its keys are a convenience: who verifies brings the keys that he trusts. */
export interface ExportHeader {
  readonly origin: string
  /** Index of the first entry, a multiple of 256. */
  readonly from: number
  /** The perfect subtrees of what stands before it, largest first. */
  readonly before: readonly Uint8Array[]
  readonly keys: readonly string[]
}

/** A line of an export that is no entry. Entries are lines of their own: exactly the text that is hashed. */
export type ControlLine =
  | { readonly kind: 'header'; readonly header: ExportHeader }
  | { readonly kind: 'checkpoint'; readonly note: string }
  /** The leaf hashes of one tile; ends its entries and the checkpoints among them. */
  | { readonly kind: 'tile'; readonly index: number; readonly hashes: readonly Uint8Array[] }

export function serializeControlLine(line: ControlLine): string {
  switch (line.kind) {
    case 'header': {
      const { origin, from, before, keys } = line.header
      return JSON.stringify({ export: 'voxkeep-audit/1', origin, from, before: before.map(toBase64), keys })
    }
    case 'checkpoint':
      return JSON.stringify({ checkpoint: line.note })
    case 'tile':
      return JSON.stringify({ tile: line.index, hashes: toBase64(serializeTile(line.hashes)) })
  }
}

/** First letters of the control lines' first names; an entry begins with another (`actor`). */
const initials = new Set(Buffer.from('ect'))

/** Undoes `serializeControlLine`; undefined for any other line, so also for an entry. Never throws. */
export function parseControlLine(line: Uint8Array): ControlLine | undefined {
  if (!initials.has(line[2] ?? 0)) return undefined
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8')
  const parsed = readLine(text)
  return parsed !== undefined && serializeControlLine(parsed) === text ? parsed : undefined
}

function readLine(text: string): ControlLine | undefined {
  let json: Record<string, unknown>
  try {
    json = JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
  if (typeof json['checkpoint'] === 'string') return { kind: 'checkpoint', note: json['checkpoint'] }
  return typeof json['tile'] === 'number' ? readTileLine(json) : readHeader(json)
}

function readTileLine({ tile, hashes }: Record<string, unknown>): ControlLine | undefined {
  const bytes = typeof hashes === 'string' ? fromBase64(hashes) : undefined
  const parsed = bytes && parseTile(bytes)
  return parsed && isIndex(tile) ? { kind: 'tile', index: tile, hashes: parsed } : undefined
}

function readHeader({ origin, from, before, keys }: Record<string, unknown>): ControlLine | undefined {
  if (typeof origin !== 'string' || !isIndex(from) || from % 256 !== 0) return undefined
  if (!isTexts(before) || !isTexts(keys)) return undefined
  const hashes = before.map(hashFromBase64).filter((hash) => hash !== undefined)
  if (hashes.length < before.length || hashes.length !== bitsOf(from)) return undefined
  return { kind: 'header', header: { origin, from, before: hashes, keys } }
}

function bitsOf(size: number): number {
  return size.toString(2).replaceAll('0', '').length
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
