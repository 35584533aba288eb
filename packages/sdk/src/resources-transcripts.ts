import type { Schemas } from './api-types.ts'

/** What was said on a call. Times are milliseconds from `started_at`. */
export type Transcript = Schemas['Transcript']

export type TranscriptLine = Schemas['TranscriptLine']

/** Something that was taken out, and when it was said. */
export type TranscriptFinding = NonNullable<TranscriptLine['findings']>[number]

export interface TranscriptOptions {
  /** Word for word, where the policy keeps that; needs the scope `transcripts:original`. */
  readonly original?: boolean
}
