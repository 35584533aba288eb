import type { KeyProvider } from './key-provider.ts'
import { recordingKeyContext, serializeRecordingHeader, type RecordingIdentity } from './recording-header.ts'

/**
 * Makes the data key and the header of a new recording: what a `RecordingSpec` carries. The data key is the caller's,
 * to hand on and to zero. Throws what the key provider throws: without a key there is no recording.
 */
export function newRecording(
  identity: RecordingIdentity,
  startedAtMs: number,
  keys: KeyProvider,
): { readonly header: Uint8Array; readonly dataKey: Uint8Array; readonly keyRef: string } {
  const { plain, wrapped, keyRef } = keys.generateDataKey(recordingKeyContext(identity))
  const header = serializeRecordingHeader({
    tenant: identity.tenant,
    call: identity.call,
    recording: identity.recording,
    codec: 'ulaw',
    rate: 8_000,
    channels: 2,
    startedAt: new Date(startedAtMs).toISOString(),
    keyRef,
    wrappedKey: wrapped,
  })
  return { header, dataKey: plain, keyRef }
}
