export {
  chunkBytes,
  chunkOffset,
  cobblestoneHeaderBytes,
  cobblestoneLayout,
  cobblestoneOpener,
  cobblestoneSealer,
  type CobblestoneLayout,
  type CobblestoneOpener,
  type CobblestoneSealer,
} from './cobblestone.ts'
export { deleteRecording, type Deletion } from './delete-recording.ts'
export { VaultError, type VaultErrorCode } from './error.ts'
export { type DataKey, type FieldSeal, type KeyContext, type KeyProvider } from './key-provider.ts'
export { createKeyring, openKeyring, rotateKeyring, type KeyringOptions } from './keyring.ts'
export { newRecording } from './new-recording.ts'
export { nodeRecordingFs, type RecordingFile, type RecordingFs } from './part-file.ts'
export {
  parseRecordingHeader,
  serializeRecordingHeader,
  type RecordingIdentity,
  type RecordingInfo,
} from './recording-header.ts'
export {
  openRecording,
  type ExpectedRecording,
  type RecordingReader,
  type WavExport,
} from './recording-reader.ts'
export {
  recordingWriter,
  type RecordingSpec,
  type RecordingWriter,
  type RecordingWriterOptions,
  type SealedSummary,
} from './recording-writer.ts'
export {
  recoverRecordings,
  type RecoveredRecording,
  type RecoveryOutcome,
  type RecoveryStore,
  type UnfinishedRecording,
} from './recover-recordings.ts'
