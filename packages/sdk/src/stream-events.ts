/** How samples are written: 16 bits little-endian, or a byte each. */
export type AudioEncoding = 'l16' | 'ulaw' | 'alaw'

export type StreamTrack = 'inbound' | 'outbound'

/** What a stream is about, as it says when it begins. What its wire does not tell is absent. */
export interface StreamSession {
  readonly streamId: string
  readonly callId: string
  readonly accountId: string
  readonly legId?: string
  readonly direction?: string
  readonly from?: string
  readonly to?: string
  readonly tracks: readonly StreamTrack[]
  readonly encoding: AudioEncoding
  readonly rateHz: number
  /** What the caller’s codec brings, 16000 or 8000: at 8000 a higher `rateHz` has no more in it than the telephone’s band. */
  readonly sourceRateHz?: number
  /** As the `stream` command gave them. */
  readonly parameters: Readonly<Record<string, string>>
  /** Whether keys are being pressed in private already. */
  readonly isSecure: boolean
  /** Everything that was said, in the wire's own words. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** What an app hears of a stream beside its audio. */
export interface StreamEvents {
  /** A key, once it was let go. */
  dtmf: { readonly digit: string; readonly durationMs?: number }
  /** Keys are secret from here on (`secure`): `why` says whether the caller's audio is withheld as well; or no longer (`open`). */
  privacy: {
    /** `held`: audio comes late, once it was judged; `overwritten`: from `fromMs` to `toMs` of `track` it is silence or a tone, for `why`. */
    readonly state: 'secure' | 'open' | 'held' | 'overwritten'
    readonly why?: string
    readonly track?: 'inbound' | 'outbound'
    readonly fromMs?: number
    readonly toMs?: number
  }
  /** How much of what was sent waits to be heard. */
  playback: { readonly state: 'ok' | 'high' | 'drained'; readonly bufferedMs: number }
  /** Nothing was heard of the caller for a while. */
  gap: { readonly track: StreamTrack; readonly fromMs: number; readonly toMs: number; readonly why?: string }
  /** Something is not as it should be; the conversation goes on. */
  warning: { readonly code: string }
  /** Somebody began or stopped to speak, as their energy tells. */
  speech: { readonly state: 'started' | 'stopped' }
  /** The socket is gone, and the gateway has a while to come back; or it came back. */
  connection: { readonly state: 'lost' | 'resumed' }
}

/** The answer to commands: `accepted` before they are done. */
export interface StreamAck {
  readonly status: 'accepted' | 'refused'
  /** Why not: `not-understood`, `not-allowed`, `too-many`, `call-ended`. */
  readonly code?: string
  /** Where in the commands what is wrong. */
  readonly faults?: readonly { readonly at: string; readonly message: string }[]
}
