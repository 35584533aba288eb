import { serializeRecordingHeader, type RecordingIdentity } from './recording-header.ts'

/** Gives the plain data key of a recording, the caller's to zero; rejects when it cannot be had. */
export type OpenRecordingKey = (recording: RecordingIdentity) => Promise<Uint8Array>

/** The header of a new recording, which as many section keys follow. */
export function newRecordingHeader(identity: RecordingIdentity, startedAtMs: number, keys = 1): Uint8Array {
  return serializeRecordingHeader({
    tenant: identity.tenant,
    call: identity.call,
    recording: identity.recording,
    codec: 'ulaw',
    rate: 8_000,
    channels: 2,
    keys,
    startedAt: new Date(startedAtMs).toISOString(),
  })
}
