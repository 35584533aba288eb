import type { WireChoice } from '#kernel'
import type { MarkState, Notice } from './wire.ts'

/** One stream to the app, as far as this folder needs it; `StreamSpec` of the media contract has this shape. */
export interface StreamTarget {
  /** `wss:` URL, dialled byte for byte. */
  readonly url: string
  /** The one address to connect to, perhaps with a port of its own (`127.0.0.1:8443`); the certificate is still that of the URL's host. */
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly tls: {
    readonly ca?: string
    readonly cert?: string
    readonly key?: string
    /** Base64 SHA-256 of public keys; when there are any, the app's certificate must carry one of them. */
    readonly spkiPins: readonly string[]
  }
  readonly start: StreamStart
  /** Default: Twilio's. */
  readonly wire?: WireChoice
  /** Only `both` listens to the app; the others are forks whose input is ignored. */
  readonly direction: 'both' | 'inbound' | 'outbound' | 'both_tracks'
  readonly connectTimeoutMs: number
  readonly pingIntervalMs: number
  readonly pongTimeoutMs: number
  readonly maxBehindMs: number
}

export interface StreamStart {
  readonly accountSid: string
  readonly callSid: string
  readonly streamSid: string
  readonly customParameters: Readonly<Record<string, string>>
}

/** A way to the same app anew: its address, looked up and approved again, and headers that were signed now. */
export interface StreamWay {
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
}

export type Track = 'inbound' | 'outbound'

/** What a call has beyond 8 kHz when its stream is opened. */
export interface StreamBand {
  /** The stream may be given it. */
  readonly hearsWide: boolean
  /** Whoever hears what the app says can hear it. */
  readonly saysWide: boolean
}

/** Why a stream ended; each cause has its own word. */
export type StreamClosed =
  | 'closed-by-gateway'
  | 'closed-by-app'
  | 'lost'
  | 'refused'
  | 'unreachable'
  | 'untrusted'
  | 'protocol'

export interface StreamCounts {
  readonly framesIn: number
  readonly framesDropped: number
  readonly messagesIgnored: number
  readonly bytesRejected: number
  readonly marks: number
  readonly clears: number
}

export interface NegotiatedTls {
  readonly version: string
  readonly cipher: string
  readonly group: string
  /** SHA-256 of the app's certificate, in hex. */
  readonly peerCertificate: string | null
}

/** A counted oddity of the app, worth telling its owner. */
export type StreamWarning =
  | 'app-slow'
  | 'app-buffer-full'
  | 'app-message-ignored'
  | 'app-audio-has-riff-header'
  | 'app-marks-refused'

/** Where what the app says goes. Nothing is called after `closed`. */
export interface StreamSink {
  opened(tls: NegotiatedTls): void
  /** Audio to play, µ-law 8 kHz, and the same time at 16 kHz where there is that; borrowed until the call returns. Returns how many bytes were taken. */
  audio(ulaw: Uint8Array, wide?: Int16Array): number
  /** Answered by `sendMark` once the audio before it was played; false when too many wait. */
  mark(name: string): boolean
  /** Throws away what waits to be played; returns how many milliseconds that was. The marks in it come back first. */
  clear(): number
  /** What only somebody else can answer: small, and JSON. False: too many wait already, and it was not passed on. */
  said(message: object): boolean
  /** The connection broke, and may be taken up again with `resume` for as long as the wire allows; else `closed` follows. */
  lost(): void
  warning(code: StreamWarning): void
  closed(why: StreamClosed, counts: StreamCounts): void
}

export interface StreamConnection {
  /** False before the app accepted and after the end: then nothing is sent. */
  readonly open: boolean
  /** What is heard and said over it has room for more than 8 kHz. */
  readonly isWide: boolean
  /** So far. */
  readonly counts: StreamCounts
  /**
   * Sends µ-law audio; `timestampMs` counts from the start of the stream. `wide` is the same time at 16 kHz, twice as many samples, of what nobody
   * altered or withheld. Both are borrowed until the call returns.
   */
  sendAudio(track: Track, ulaw: Uint8Array, timestampMs: number, wide?: Int16Array): void
  sendDtmf(digit: string, durationMs: number): void
  /** `playedMs`: how much of the app's audio was played by then. */
  sendMark(name: string, state: MarkState, playedMs: number): void
  /** Says something else, where the wire has a word for it. */
  tell(notice: Notice): void
  /** After `lost`: dials again. `opened` follows, or `lost` again, or `closed`. */
  resume(way: StreamWay): void
  /** Sends `stop` and closes; `closed` follows. */
  close(): void
}
