/** A conversation of text is over (`relay`). Answer with `{ actions: [...] }`; none: go on with those left. */
export interface RelayEndedEvent {
  readonly type: 'call.relay_ended'
  readonly timestamp: string
  readonly data: {
    readonly call_id: string
    readonly relay_id: string
    /** As Twilio spells it: `VX` and 32 hex digits. */
    readonly session_sid: string
    /** `ended`: the app said `end`; `completed`: it closed; `failed`: see `reason`. */
    readonly status: 'ended' | 'completed' | 'failed'
    readonly reason: string
    readonly duration_ms: number
    /** What the app gave with `end`, word for word. */
    readonly handoff_data?: string
  }
}
