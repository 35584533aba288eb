import type { SrtpSuite } from '@voxkeep/wire/srtp'
import type { Direction } from './direction.ts'
import type { SdesKey } from './inline-key.ts'

export type AudioCodec = 'PCMU' | 'PCMA'

/** What this side can do and will agree to. */
export interface AudioCapabilities {
  readonly codecs: readonly AudioCodec[]
  /** RFC 4733 telephone events. */
  readonly dtmf: boolean
  /** What we send when the peer asks for nothing else. */
  readonly ptimeMs: number
  /** In our order of preference. */
  readonly suites: readonly SrtpSuite[]
  readonly profile: 'required'
  /** Takes RTP/AVP with `a=crypto`, which says that encryption was optional to the peer. */
  readonly allowAvpWithCrypto: boolean
  /** Takes RTP/AVP as it is: the audio is open to all on the way. */
  readonly dangerouslyAllowPlainRtp: boolean
}

/** Our side of one media stream. */
export interface LocalMedia {
  /** An IP literal. */
  readonly address: string
  readonly port: number
  /** Decimal digits, constant over the session. */
  readonly sessionId: string
  /** To be raised by one for each description that differs from the last (RFC 3264 §8). */
  readonly version: number
  /** Whether RTP and RTCP may share `port`. */
  readonly rtcpMux: boolean
  /** Our master key and salt, fresh for the session, the same bytes each time it is asked (interop 5). */
  key(suite: SrtpSuite): Uint8Array
  /** What we want; `sendrecv` when absent. */
  readonly direction?: Direction
}

/** What both sides agreed to. */
export interface NegotiatedAudio {
  /** Where to send. Send nothing at all, RTCP included, when `address` is unspecified (`0.0.0.0`, `::`). */
  readonly remote: {
    readonly address: string
    readonly port: number
    readonly rtcpPort: number
    readonly rtcpMux: boolean
  }
  readonly codec: AudioCodec
  readonly sendPayloadType: number
  readonly receivePayloadType: number
  readonly dtmf?: {
    readonly sendPayloadType: number
    readonly receivePayloadType: number
    readonly clockRateHz: number
  }
  /** The length of the packets we send; the peer's may differ at any time. */
  readonly ptimeMs: number
  /** Ours. */
  readonly direction: Direction
  /** Absent: plain RTP, which only `dangerouslyAllowPlainRtp` brings about. */
  readonly srtp?: {
    readonly suite: SrtpSuite
    readonly tag: number
    readonly send: SdesKey
    readonly receive: readonly SdesKey[]
  }
  /** The peer announced comfort noise or silence suppression: gaps in its audio are silence, not loss. */
  readonly silenceSuppression: boolean
  /** The peer's type for comfort noise (RFC 3389). We never agree to it; one that comes all the same is no audio. */
  readonly cnPayloadType?: number
}

/** `reason` is constant words. */
export type Refusal = { readonly ok: false; readonly status: 488 | 400 | 415; readonly reason: string }

export function refuse(status: Refusal['status'], reason: string): Refusal {
  return { ok: false, status, reason }
}
