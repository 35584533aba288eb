/** What was said on a call. Times are milliseconds from `started_at`. */
export interface Transcript {
  readonly id: string
  readonly call_id: string
  readonly content: 'redacted' | 'original'
  /** `recovered`: the gateway crashed during the call, and the last seconds are missing. */
  readonly state: 'sealed' | 'recovered'
  readonly started_at: string
  readonly language: string
  readonly engine: string
  readonly policy: string
  readonly key_ref: string
  readonly lines: readonly TranscriptLine[]
}

export interface TranscriptLine {
  readonly party: 'caller' | 'agent'
  readonly from_ms: number
  readonly to_ms: number
  /** With a placeholder such as `[CARD]` for what was taken out; null where nobody heard it. */
  readonly text: string | null
  readonly why?: string
  readonly words?: readonly { readonly text: string; readonly from_ms: number; readonly to_ms: number }[]
  readonly findings?: readonly TranscriptFinding[]
}

/** Something that was taken out, and when it was said. */
export interface TranscriptFinding {
  readonly type: string
  readonly detail?: string
  readonly from_ms: number
  readonly to_ms: number
  readonly confidence: number
}

export interface TranscriptOptions {
  /** Word for word, where the policy keeps that; needs the scope `transcripts:original`. */
  readonly original?: boolean
}
