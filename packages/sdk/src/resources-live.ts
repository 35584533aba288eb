/** A call that goes on. */
export interface LiveCall {
  readonly id: string
  readonly call_sid: string
  readonly app: string
  readonly trunk: string
  readonly direction: 'inbound' | 'outbound'
  readonly from: string
  readonly to: string
  readonly state: 'ringing' | 'active' | 'ended'
  readonly started_at: string
  readonly answered_at: string | null
  readonly end_reason: string | null
}

export interface StoryLine {
  readonly at: string
  /** A word such as `answered`, `decision`, `stream.opened`. */
  readonly kind: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

/** What happens at the gateway, as it happens. */
export type LiveItem =
  | { readonly kind: 'calls'; readonly calls: readonly LiveCall[] }
  | { readonly kind: 'call'; readonly call: LiveCall }
  | { readonly kind: 'story'; readonly call_id: string; readonly line: StoryLine }
  /** Whole dB below full scale over the last 200 ms: of the caller, and of what they hear. */
  | {
      readonly kind: 'level'
      readonly call_id: string
      readonly in_db: number
      readonly out_db: number
      readonly streams: readonly {
        readonly id: string
        readonly frames_in: number
        readonly frames_out: number
        readonly frames_dropped: number
      }[]
    }

export interface LiveCallDetail {
  readonly call: LiveCall
  readonly story: readonly StoryLine[]
  /** Not signed yet. */
  readonly receipt: Readonly<Record<string, unknown>>
  readonly ladder: readonly Readonly<Record<string, unknown>>[]
  readonly media: Readonly<Record<string, unknown>> | null
}
