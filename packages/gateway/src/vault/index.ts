export {
  chunkBytes,
  chunkOffset,
  cobblestoneHeaderBytes,
  cobblestoneLayout,
  cobblestoneOpener,
  cobblestoneSealer,
  sealedChunkBytes,
  type CobblestoneLayout,
  type CobblestoneOpener,
  type CobblestoneSealer,
} from './cobblestone.ts'
export { deleteRecording } from './delete-recording.ts'
export { VaultError, type VaultErrorCode } from './error.ts'
export { newRecordingHeader, type OpenRecordingKey } from './new-recording.ts'
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
export type { Mask } from './mask.ts'
export { skippedMs, skippedSpans, type SkippedSpan } from './skipped-spans.ts'
export { marksDigest, recordingMarks, type RecordingMark } from './recording-marks.ts'
export { redactRecording, type RedactedStretch, type ResealedRecording } from './redact-recording.ts'
export {
  recordingWriter,
  type MissedRedaction,
  type RecordingHold,
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
export {
  recoverTranscript,
  type TranscriptOutcome,
  type UnfinishedTranscript,
} from './recover-transcripts.ts'
export {
  serializeTranscriptHeader,
  type TranscriptContent,
  type TranscriptIdentity,
} from './transcript-header.ts'
export {
  openTranscript,
  type ExpectedTranscript,
  type OpenedTranscript,
  type OpenTranscriptKey,
} from './transcript-reader.ts'
export { transcriptWriter, type SealedTranscript, type TranscriptWriter } from './transcript-writer.ts'
