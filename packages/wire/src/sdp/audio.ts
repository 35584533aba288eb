import type { SrtpSuite } from '@voxkeep/wire/srtp'
import type { Direction } from './direction.ts'
import type { SdesKey } from './inline-key.ts'

export type AudioCodec = 'PCMU' | 'PCMA' | 'G722' | 'L16' | 'OPUS'

/** What this side can do and will agree to. */
export interface AudioCapabilities {
  /** In our order of preference, which decides what is answered. */
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
  /** Of the RTP timestamps: 8000 for G.722, though its audio has 16 kHz (RFC 3551 §4.5.2), 48000 for Opus at any rate. */
  readonly clockRateHz: number
  readonly sendPayloadType: number
  readonly receivePayloadType: number
  readonly dtmf?: NegotiatedEvents
  /** Other codecs of the peer's answer, which it may send at any time (RFC 3264 §6.1); we send `codec`. */
  readonly alternatives?: readonly AlternativeCodec[]
  /** What the peer wants of the Opus it gets; only with `codec: 'OPUS'`. */
  readonly opus?: OpusLimits
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

export interface AlternativeCodec {
  readonly codec: AudioCodec
  readonly clockRateHz: number
  readonly receivePayloadType: number
}

/** Telephone events (RFC 4733). */
export interface NegotiatedEvents {
  readonly sendPayloadType: number
  readonly receivePayloadType: number
  /** Of what we send and, where the peer does so too, of what it sends. */
  readonly clockRateHz: number
  /** Events on another clock than the codec's that may come as well: some phones send no others (interop 19). */
  readonly fallback?: { readonly receivePayloadType: number; readonly clockRateHz: number }
}

/** RFC 7587 §6.1, as far as a sender of one channel must heed it. */
export interface OpusLimits {
  /** Bits per second, 6,000 to 510,000. */
  readonly maxAverageBitrate?: number
  /** The rate that the peer plays at: what is above half of it is wasted. 8,000 to 48,000. */
  readonly maxPlaybackRateHz: number
  /** The peer can use in-band forward error correction. */
  readonly fec: boolean
  /** The peer wants a constant bit rate. */
  readonly cbr: boolean
}

/** `reason` is constant words. */
export type Refusal = { readonly ok: false; readonly status: 488 | 400 | 415; readonly reason: string }

export function refuse(status: Refusal['status'], reason: string): Refusal {
  return { ok: false, status, reason }
}
