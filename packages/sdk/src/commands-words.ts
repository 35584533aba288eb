/** What may be asked for with `expect`, as the gateway names it. */
export type PiiType =
  | 'card'
  | 'card-code'
  | 'card-expiry'
  | 'pin'
  | 'password'
  | 'iban'
  | 'bank-account'
  | 'bank-routing'
  | 'ssn'
  | 'national-id'
  | 'date-of-birth'
  | 'date'
  | 'phone'
  | 'email'
  | 'ip-address'
  | 'url'
  | 'postal-code'
  | 'account'
  | 'person'
  | 'address'
  | 'location'
  | 'organisation'
  | 'health'
  | 'custom'

export interface TranscribeOptions {
  /** What is spoken, such as `en-US`. */
  language?: string
  /** An engine of the gateway's `speech`. */
  engine?: string
}

/** Which stretch: from the recording's beginning, or the last so many milliseconds. */
export type RedactSpan = { from_ms: number; to_ms: number } | { last_ms: number }

export interface RedactOptions {
  channel?: 'caller' | 'agent' | 'both'
  /** One word, shown in the recording's marks. */
  why?: string
}

/** What was said, told as it is said: `call.transcript`. */
export interface TranscriptEvent {
  readonly type: 'call.transcript'
  readonly timestamp: string
  readonly data: {
    readonly call_id: string
    readonly party: 'caller' | 'agent'
    readonly segment: number
    /** False where the next event of the same segment takes this one's place. */
    readonly final: boolean
    /** With placeholders for what was found. */
    readonly text: string
    readonly from_ms: number
    readonly to_ms: number
    readonly findings: readonly {
      readonly type: string
      readonly detail?: string
      readonly from_ms: number
      readonly to_ms: number
      readonly confidence: number
    }[]
    /** Word for word: only for an app that is granted it. */
    readonly original?: string
  }
}

export function isTranscript(event: { readonly type: string }): event is TranscriptEvent {
  return event.type === 'call.transcript'
}
