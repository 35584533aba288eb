import type { Recording } from './resources.ts'

/** What was done to a stretch of a recording, for a player to draw. Says nothing of what was said. */
export interface RecordingMark {
  readonly channel: 'caller' | 'agent'
  readonly from_ms: number
  readonly to_ms: number
  /** `unjudged`: overwritten because nobody could say in time whether it was sensitive. `paused`, `secure`: nothing was recorded. */
  readonly kind: 'redacted' | 'unjudged' | 'paused' | 'secure'
  /** The type of what was found, such as `card`, or why. */
  readonly why: string
}

export interface RecordingMarks {
  /** The recording that they are about: of one that was redacted, what took its place. */
  readonly recording_id: string
  readonly duration_ms: number | null
  /** Whether they are those whose hash is in the audit log; `different`: somebody altered them. */
  readonly audited: 'same' | 'different' | 'none'
  /** In the order of their beginnings. */
  readonly data: readonly RecordingMark[]
}

export interface RedactionSpan {
  readonly channel: 'caller' | 'agent'
  readonly from_ms: number
  readonly to_ms: number
  /** Default `requested`. Never what was said. */
  readonly why?: string
}

export interface RedactionRequest {
  readonly spans: readonly RedactionSpan[]
  /** Default `silence`. */
  readonly mask?: 'silence' | 'tone'
}

export interface RecordingRedaction {
  /** What is left of the recording: under an id and a key of its own. */
  readonly recording: Recording
  /** Whose place it took; null: all of it was overwritten before, and nothing changed. */
  readonly replaced: string | null
}
