import { createHash } from 'node:crypto'
import { parseId, type CallId, type TenantId, type TranscriptId } from '#kernel'
import { headerPrefixBytes, jsonHeader, maxHeaderJsonBytes } from './json-header.ts'

/** What a transcript holds: with placeholders, or word for word. */
export type TranscriptContent = 'redacted' | 'original'

/** Whose transcript it is. */
export interface TranscriptIdentity {
  readonly tenant: TenantId
  readonly call: CallId
  readonly transcript: TranscriptId
  readonly content: TranscriptContent
}

/** What a transcript says of itself, in clear: nothing personal, and no key. */
export interface TranscriptInfo extends TranscriptIdentity {
  /** ISO 8601, UTC: what the times in it count from. */
  readonly startedAt: string
}

const form = jsonHeader('VXKT', 1)
/** So many bytes at the start hold any header. */
export const transcriptHeadBytes = headerPrefixBytes + maxHeaderJsonBytes

/** `VXKT`, version and length of the JSON as big-endian 16-bit numbers, then the JSON in its canonical form (RFC 8785). */
export function serializeTranscriptHeader(info: TranscriptInfo): Uint8Array {
  return form.serialize(info)
}

/**
 * Reads the header at the start of `bytes`; what follows is left alone. Undefined when it is not exactly what
 * `serializeTranscriptHeader` would write. Never throws.
 */
export function parseTranscriptHeader(
  bytes: Uint8Array,
): { readonly info: TranscriptInfo; readonly header: Uint8Array } | undefined {
  const parsed = form.parse(bytes)
  const info = readInfo(parsed?.json)
  if (parsed === undefined || info === undefined) return undefined
  const { header } = parsed
  return Buffer.compare(serializeTranscriptHeader(info), header) === 0 ? { info, header } : undefined
}

/** What the body's keys are bound to: a body under another header, call or tenant does not open. */
export function transcriptContext(info: TranscriptIdentity, header: Uint8Array): Uint8Array {
  const parts = ['voxkeep transcript v1', info.tenant, info.call, info.transcript, info.content]
  const hash = createHash('sha256').update(header).digest()
  return Buffer.concat([Buffer.from(parts.map((part) => `${part}\0`).join('')), hash])
}

function readInfo(json: unknown): TranscriptInfo | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const { tenant, call, transcript, content, startedAt } = json as Record<string, unknown>
  if (typeof tenant !== 'string' || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenant)) return undefined
  const callId = typeof call === 'string' ? parseId('call', call) : undefined
  const id = typeof transcript === 'string' ? parseId('trn', transcript) : undefined
  if (callId === undefined || id === undefined) return undefined
  if (content !== 'redacted' && content !== 'original') return undefined
  if (typeof startedAt !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(startedAt))
    return undefined
  return { tenant: tenant as TenantId, call: callId, transcript: id, content, startedAt }
}
