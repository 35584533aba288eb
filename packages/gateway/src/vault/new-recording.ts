import { serializeRecordingHeader, type RecordingIdentity } from './recording-header.ts'

/** Gives the plain data key of a recording, the caller's to zero; rejects when it cannot be had. */
export type OpenRecordingKey = (recording: RecordingIdentity) => Promise<Uint8Array>

/** The header of a new recording. */
export function newRecordingHeader(identity: RecordingIdentity, startedAtMs: number): Uint8Array {
  return serializeRecordingHeader({
    tenant: identity.tenant,
    call: identity.call,
    recording: identity.recording,
    codec: 'ulaw',
    rate: 8_000,
    channels: 2,
    startedAt: new Date(startedAtMs).toISOString(),
  })
}
