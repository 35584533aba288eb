import type { CallId, TenantId, TranscriptId } from '#kernel'

/** Tables of `migrations/0012-transcripts.ts`. */
export interface TranscriptsSchema {
  transcripts: TranscriptRow
}

/** One transcript of a call; its words are a sealed object under the same id. */
export interface TranscriptRow {
  readonly id: TranscriptId
  readonly call_id: CallId
  readonly tenant: TenantId
  /** Whose spool it is sealed in. */
  readonly node: string
  readonly content: 'redacted' | 'original'
  readonly state: 'writing' | 'sealed' | 'recovered' | 'failed' | 'deleted'
  /** What the times in it count from. */
  readonly started_at: Date
  readonly ended_at: Date | null
  readonly bytes: number | null
  readonly segments: number | null
  readonly lines: number | null
  readonly sha256: string | null
  readonly key_ref: string
  readonly policy: string
  readonly engine: string
  readonly language: string
}
