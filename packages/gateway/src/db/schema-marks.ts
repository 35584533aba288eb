import type { RecordingId, TenantId } from '#kernel'

/** Tables of `migrations/0009-marks.ts`. */
export interface MarksSchema {
  recording_marks: MarkRow
  redactions: Omit<RedactionRow, 'spans'> & { spans: unknown }
}

/** What was done to a stretch of a recording, in milliseconds from its start. Says nothing of what was said. */
export interface MarkRow {
  readonly recording: RecordingId
  /** Its place in the order of their beginnings. */
  readonly number: number
  readonly tenant: TenantId
  /** 0: what the caller said. */
  readonly channel: 0 | 1
  readonly from_ms: number
  readonly to_ms: number
  readonly kind: 'redacted' | 'unjudged' | 'paused' | 'secure'
  readonly why: string
  readonly at: Date
}

/** A redaction after the fact that is not done yet. */
export interface RedactionRow {
  readonly id: string
  readonly recording: RecordingId
  readonly tenant: TenantId
  /** Whose spool the new recording is sealed in. */
  readonly node: string
  readonly actor: string
  readonly mask: 'silence' | 'tone'
  readonly spans: readonly RedactionSpan[]
  /** What is being sealed, or was when the node died. */
  readonly target: RecordingId | null
  /** What stands against it, as the audit log was told. */
  readonly refused: string | null
  readonly created_at: Date
}

export interface RedactionSpan {
  readonly channel: 0 | 1
  readonly fromMs: number
  readonly toMs: number
  readonly why: string
}

/** What the recorder tells of a mark; the media plane's `RecordingMark` fits. */
export interface Mark extends RedactionSpan {
  readonly kind: MarkRow['kind']
}

/** What migration 0009 adds to `recordings`. */
export interface ReplacedColumns {
  /** Of which it is what was left. */
  readonly replaces: RecordingId | null
  /** What was left of it. */
  readonly replaced_by: RecordingId | null
}
