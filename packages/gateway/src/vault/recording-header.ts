import { parseId, type CallId, type RecordingId, type TenantId } from '#kernel'
import { headerPrefixBytes, jsonHeader, maxHeaderJsonBytes } from './json-header.ts'
import { maxSectionKeys } from './section-keys.ts'

/** Whose recording it is. */
export interface RecordingIdentity {
  readonly tenant: TenantId
  readonly call: CallId
  readonly recording: RecordingId
}

/** What a recording says of itself, in clear: nothing personal, and no key. Its wrapped data key, which opens the section keys that follow, is kept elsewhere, so that it can change or go. */
export interface RecordingInfo extends RecordingIdentity {
  readonly codec: 'ulaw'
  readonly rate: 8_000
  readonly channels: 2
  /** How many sealed section keys follow: one, until it is redacted. */
  readonly keys: number
  /** ISO 8601, UTC. */
  readonly startedAt: string
}

const form = jsonHeader('VXKR', 3)
export const recordingPrefixBytes = headerPrefixBytes
export const maxRecordingHeaderBytes = maxHeaderJsonBytes

/** `VXKR`, version and length of the JSON as big-endian 16-bit numbers, then the JSON in its canonical form (RFC 8785). */
export function serializeRecordingHeader(info: RecordingInfo): Uint8Array {
  return form.serialize(info)
}

/** Whole length of the header that starts with `prefix`; undefined when it is none of ours. */
export function recordingHeaderBytes(prefix: Uint8Array): number | undefined {
  return form.bytes(prefix)
}

/**
 * Reads a header; bytes after it are left alone. Undefined when it is not exactly what `serializeRecordingHeader` would
 * write: one recording has one header. Never throws.
 */
export function parseRecordingHeader(bytes: Uint8Array): RecordingInfo | undefined {
  const parsed = form.parse(bytes)
  const info = readInfo(parsed?.json)
  if (parsed === undefined || info === undefined) return undefined
  return Buffer.compare(serializeRecordingHeader(info), parsed.header) === 0 ? info : undefined
}

function readInfo(json: unknown): RecordingInfo | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const { tenant, call, recording, codec, rate, channels, keys, startedAt } = json as Record<string, unknown>
  if (typeof tenant !== 'string' || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenant)) return undefined
  const callId = typeof call === 'string' ? parseId('call', call) : undefined
  const recordingId = typeof recording === 'string' ? parseId('rec', recording) : undefined
  if (callId === undefined || recordingId === undefined) return undefined
  if (codec !== 'ulaw' || rate !== 8_000 || channels !== 2) return undefined
  if (typeof keys !== 'number' || !Number.isInteger(keys) || keys < 0 || keys > maxSectionKeys)
    return undefined
  if (typeof startedAt !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(startedAt))
    return undefined
  const identity = { tenant: tenant as TenantId, call: callId, recording: recordingId }
  return { ...identity, codec, rate, channels, keys, startedAt }
}
