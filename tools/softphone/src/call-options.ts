import type { DtmfDigit } from '@voxkeep/wire/dtmf'
import type { AudioCodec, SrtpSuite } from '@voxkeep/wire/sdp'
import type { Credentials } from './authorize.ts'
import type { CallEnd } from './call-end.ts'
import type { SoftphoneClock } from './clock.ts'
import type { MediaStats } from './media-stats.ts'
import type { ConnectionOptions, TlsFacts } from './sip-connection.ts'
import type { Speech } from './speech.ts'

export interface KeyPress {
  readonly digit: DtmfDigit
  /** After the answer. */
  readonly atMs: number
  /** Default 100. */
  readonly durationMs?: number
  readonly by?: KeyWay
}

/** `rtp`: a telephone event of RFC 4733, the default. `info`, `info-dtmf`: SIP INFO of either type. `tone`: in the audio. */
export type KeyWay = 'rtp' | 'info' | 'info-dtmf' | 'tone'

/** Presses keys in a call that is up. */
export type Keypad = (digit: DtmfDigit, by?: KeyWay, durationMs?: number) => void

export interface CallOptions extends ConnectionOptions {
  /** A SIP URI, or what stands before the `@`. */
  readonly from: string
  readonly to: string
  readonly auth?: Credentials
  /** What to offer, best first; default: all, AES-256-GCM first. */
  readonly suites?: readonly SrtpSuite[]
  /** Default: PCMU, then PCMA. It speaks no others. */
  readonly codecs?: readonly Extract<AudioCodec, 'PCMU' | 'PCMA'>[]
  /** Default 20. */
  readonly ptimeMs?: number
  /** Default: silence. */
  readonly speech?: Speech
  /** Given each 20 ms that are heard. */
  readonly onHeard?: (samples: Int16Array) => void
  /** Given the G.711 payload of each authentic audio packet as it arrives, before the jitter buffer; borrowed. */
  readonly onPayload?: (payload: Uint8Array) => void
  /** Given each SRTP packet as it is sent, and where to; owned by the callee. */
  readonly onSent?: (datagram: Uint8Array, to: { readonly address: string; readonly port: number }) => void
  /** Stands between the phone and the network: only what it passes to `send`, when it does, leaves. */
  readonly onWire?: (datagram: Uint8Array, send: (datagram: Uint8Array) => void) => void
  readonly onEvent?: (event: CallEvent) => void
  readonly dtmf?: readonly KeyPress[]
  /** Given the keypad when the call is up. */
  readonly onKeypad?: (press: Keypad) => void
  /** Hang up this long after the answer. */
  readonly hangupAfterMs?: number
  /** Aborting it hangs up, or cancels a call that is not answered yet. */
  readonly signal?: AbortSignal
  readonly clock?: SoftphoneClock
}

export type CallEvent =
  | { readonly kind: 'connected'; readonly tls: TlsFacts }
  | { readonly kind: 'ringing'; readonly status: number }
  | { readonly kind: 'answered'; readonly setupMs: number; readonly srtpSuite: SrtpSuite }
  | { readonly kind: 'heard' } // the first audio
  | { readonly kind: 'ended'; readonly end: CallEnd }

export interface CallResult {
  readonly answered: boolean
  /** From INVITE to its 200. */
  readonly setupMs?: number
  readonly tls: TlsFacts
  readonly srtpSuite?: SrtpSuite
  readonly codec?: AudioCodec
  readonly end: CallEnd
  readonly stats: MediaStats
  /** Everything that was heard, at most the first five minutes. */
  readonly heard: Int16Array
}
