import type { Mark, RecordingRow, RedactionSpan } from '#db'
import type { RecordingId, TenantId } from '#kernel'
import type { ApiRetention } from './deps-retention.ts'

/** What was done to stretches of recordings, and doing it to more. */
export interface ApiRedactions {
  /** In the order of their beginnings. */
  marks(row: RecordingRow): Promise<ApiMarks>
  /** Resolves when it is done, or will not be. Rejects when it cannot be done now: then the recording is as it was. */
  redact(o: {
    readonly tenant: TenantId
    readonly recording: RecordingId
    readonly spans: readonly RedactionSpan[]
    readonly mask: 'silence' | 'tone'
    /** For the audit log. */
    readonly actor: string
  }): Promise<ApiRedaction>
}

export interface ApiMarks {
  readonly marks: readonly Mark[]
  /** Whether they are those that the audit log vouches for; `none`: it says nothing of them. */
  readonly audited: 'same' | 'different' | 'none'
}

export type ApiRedaction =
  | { readonly kind: 'redacted'; readonly recording: RecordingRow; readonly replaced: RecordingId }
  /** All of it was overwritten before. */
  | { readonly kind: 'unchanged'; readonly recording: RecordingRow }
  | { readonly kind: 'refused'; readonly refusal: NonNullable<Awaited<ReturnType<ApiRetention['refusal']>>> }
  | { readonly kind: 'unusable'; readonly state: RecordingRow['state'] | 'unknown' }
  | { readonly kind: 'busy' }
