import type { LegId, RecordingId, StreamId, WireChoice } from '#kernel'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'

/** Further than any leg goes. */
export const keptUnjudged: number = Number.MAX_SAFE_INTEGER

/**
 * The one typed contract between the main thread and a media worker. Every value is structured-cloneable, so a worker
 * could live on another machine. A worker answers each command that has a `request` with one `done` or `failed`.
 */
export type ToMedia =
  /** Takes an RTP/RTCP port pair from the pool and binds it; nothing is sent or learned yet. */
  | { readonly kind: 'leg.open'; readonly request: number; readonly leg: LegId }
  /** Starts media with what SDP agreed; a second one for the same leg retargets it (contexts with unchanged keys are kept). */
  | {
      readonly kind: 'leg.connect'
      readonly leg: LegId
      readonly audio: NegotiatedAudio
      readonly rollover: Rollover
      /** `positions` of the leg whose place this one takes: its peer goes on counting. */
      readonly before?: SrtpPositions
      /** Default: `auto`. */
      readonly inbandDigits?: InbandDigits
    }
  /**
   * Carries audio between two legs of this worker, both ways, until either closes or `unbridge`. Each leg keeps its own SRTP keys;
   * payloads pass untouched where both legs speak the same codec, else they are transcoded. Prompts take precedence.
   */
  | { readonly kind: 'bridge'; readonly leg: LegId; readonly peer: LegId }
  | { readonly kind: 'unbridge'; readonly leg: LegId }
  | { readonly kind: 'leg.close'; readonly leg: LegId }
  /** Queues audio (G.711 µ-law, 8 kHz mono) to the leg after what is queued; `play.done` follows. */
  | { readonly kind: 'play'; readonly leg: LegId; readonly play: number; readonly ulaw: Uint8Array }
  /** Empties what plays and what is queued; each `play` ends with `done: stopped`. */
  | { readonly kind: 'play.stop'; readonly leg: LegId }
  /** A key press that came by signalling (SIP INFO): told like one from RTP, unless the same one came that way too. */
  | { readonly kind: 'digit'; readonly leg: LegId; readonly digit: string; readonly durationMs: number }
  | { readonly kind: 'stream.open'; readonly leg: LegId; readonly stream: StreamSpec }
  /** Sends `stop`, closes the socket with 1000. */
  | { readonly kind: 'stream.close'; readonly leg: LegId; readonly stream: StreamId }
  /** The answer to `stream.lost`: another way to the same app. */
  | {
      readonly kind: 'stream.resume'
      readonly leg: LegId
      readonly stream: StreamId
      readonly way: StreamWay
    }
  /** Something for the app that only the main thread knows: told to it as the stream's wire does that. */
  | {
      readonly kind: 'stream.tell'
      readonly leg: LegId
      readonly stream: StreamId
      readonly message: object
    }
  /** A `stream.said` was looked at: there is room for another. */
  | { readonly kind: 'stream.heard'; readonly leg: LegId; readonly stream: StreamId }
  /** Presses keys towards the leg's peer: RFC 4733 where SDP agreed on it, else tones. `play.done` follows. */
  | { readonly kind: 'press'; readonly leg: LegId; readonly play: number; readonly digits: string }
  | {
      readonly kind: 'record.start'
      readonly request: number
      readonly leg: LegId
      readonly recording: RecordingSpec
    }
  /** While paused both channels are recorded as silence, so that the timeline stays true; `skipped`: whoever plays the recording is to skip that. */
  | { readonly kind: 'record.pause'; readonly leg: LegId; readonly skipped?: boolean }
  | { readonly kind: 'record.resume'; readonly leg: LegId }
  | { readonly kind: 'record.stop'; readonly request: number; readonly leg: LegId }
  /** Overwrites a stretch of one channel (positions on the leg's timeline, 8 kHz) that is not sealed yet, or that a stream did not hear yet; what is sealed already is told as `record.missed`. */
  | {
      readonly kind: 'record.redact'
      readonly leg: LegId
      /** `recording`: the positions count from the recording's beginning instead. `streams`: those that wait, and no recording. */
      readonly of?: 'leg' | 'recording' | 'streams'
      readonly channel: 0 | 1
      readonly fromSamples: number
      readonly toSamples: number
      readonly why: string
    }
  /** Everything of the channel before this was judged: it may be sealed, and heard by streams that wait for it. */
  | {
      readonly kind: 'record.judged'
      readonly leg: LegId
      readonly channel: 0 | 1
      /** `keptUnjudged`: nobody judges it any more, and recordings keep it all the same. Streams do not hear it. */
      readonly throughSamples: number
    }
  /** From here to `room: null` the keys of the leg's peer are secret: told as `secure.digit` only, and gone from everything else. Answered once that is so. */
  | {
      readonly kind: 'secure'
      readonly request: number
      readonly leg: LegId
      readonly room: SecureRoom | null
    }
  /** Reports what is said on the leg, both ways, as `heard`, until told otherwise. */
  | { readonly kind: 'listen'; readonly leg: LegId; readonly on: boolean }
  /** Reports how loud the leg's two sides are, as `level`, until told otherwise. */
  | { readonly kind: 'meter'; readonly leg: LegId; readonly on: boolean }
  /** A short tone over whatever the leg hears, which its recording has too. */
  | { readonly kind: 'beep'; readonly leg: LegId }
  | { readonly kind: 'stats'; readonly request: number; readonly leg: LegId }
  | { readonly kind: 'positions'; readonly request: number; readonly leg: LegId }
  | { readonly kind: 'shutdown'; readonly request: number }

/** A leg while it is asked for digits that nobody else may learn. */
export interface SecureRoom {
  /** What each tap gets of the leg's peer: `nothing` (silence), or `speech`: everything but keys, `lookAheadMs` late. */
  readonly streams: 'nothing' | 'speech'
  readonly recording: 'nothing' | 'speech'
  readonly bridge: 'nothing' | 'speech'
  readonly listening: 'nothing' | 'speech'
  /** What takes the place of a key. */
  readonly mask: 'silence' | 'beep'
  /** 40 to 60: how late `speech` is, so that a key is known before its first sample leaves. */
  readonly lookAheadMs: number
}

/** What was done to a stretch of a recording, in milliseconds from its start: for players to draw. Says nothing of what was said. */
export interface RecordingMark {
  readonly channel: 0 | 1
  readonly fromMs: number
  readonly toMs: number
  /** `unjudged`: overwritten because nobody could say in time whether it was sensitive. `paused`, `secure`: nothing was recorded. */
  readonly kind: 'redacted' | 'unjudged' | 'paused' | 'secure'
  /** The type of what was found, such as `card`, or why. */
  readonly why: string
}

/** Whether keys are heard as tones in the audio: `auto` where SDP agreed on no telephone events. */
export type InbandDigits = 'auto' | 'on' | 'off'

/** What a peer's new key does to its rollover counter: RFC 3711 keeps it, some start again; `auto` finds out. */
export type Rollover = 'auto' | 'keep' | 'reset'

/** Highest SRTP index of each SSRC that the peer was heard under. */
export type SrtpPositions = readonly (readonly [ssrc: number, index: number])[]

export type FromMedia =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly request: number; readonly value?: MediaValue }
  | {
      readonly kind: 'failed'
      readonly request: number
      readonly code: MediaFailure
      readonly message: string
    }
  | {
      readonly kind: 'play.done'
      readonly leg: LegId
      readonly play: number
      readonly why: 'finished' | 'stopped' | 'closed'
    }
  /** One finished key press, told once however many ways it came: RFC 4733, a tone, or signalling. */
  | { readonly kind: 'dtmf'; readonly leg: LegId; readonly digit: string; readonly durationMs: number }
  /** A key pressed while the leg was secure. Nobody but who collects it may see it: no log, no story, no other handler. */
  | {
      readonly kind: 'secure.digit'
      readonly leg: LegId
      readonly digit: string
      readonly durationMs: number
      readonly by: 'event' | 'tone'
    }
  /** What was said (0: by the leg's peer, 1: to it), about 100 ms at a time; positions may step over what nobody sent. */
  | {
      readonly kind: 'heard'
      readonly leg: LegId
      readonly channel: 0 | 1
      readonly positionSamples: number
      readonly ulaw: Uint8Array
    }
  /** How loud the leg's peer is and what it hears, in whole dB below full scale over the last 200 ms. A secure room is as silent here as for `listen`. */
  | {
      readonly kind: 'level'
      readonly leg: LegId
      readonly inDb: number
      readonly outDb: number
      readonly streams: readonly StreamCount[]
    }
  /** The first authenticated packet of the leg arrived. */
  | { readonly kind: 'media.started'; readonly leg: LegId }
  /**
   * The state of the audio changed: `one-way` (packets go out and the peer reports that it gets none, or the other way round),
   * `mute` (packets come but hold digital silence only), `poor` (MOS below 3.0), `fine`. Told when it lasts, not at each dip.
   */
  | {
      readonly kind: 'media.condition'
      readonly leg: LegId
      readonly condition: 'one-way' | 'mute' | 'poor' | 'fine'
      readonly mos: number | null
    }
  /** Nothing authentic arrived for the configured time while the leg was to receive. */
  | { readonly kind: 'media.silent'; readonly leg: LegId; readonly silentMs: number }
  /** The app accepted: once, and again each time that a lost connection was taken up. */
  | {
      readonly kind: 'stream.opened'
      readonly leg: LegId
      readonly stream: StreamId
      readonly tls: StreamTls
    }
  /** The connection broke, of a stream whose wire can go on over another: what waits is kept, and `stream.resume` is waited for. */
  | { readonly kind: 'stream.lost'; readonly leg: LegId; readonly stream: StreamId }
  | {
      readonly kind: 'stream.closed'
      readonly leg: LegId
      readonly stream: StreamId
      readonly why: StreamEnd
      readonly stats: StreamStats
    }
  /** What the app said on a stream's wire that only the main thread can answer: small, and JSON. */
  | {
      readonly kind: 'stream.said'
      readonly leg: LegId
      readonly stream: StreamId
      readonly message: object
    }
  /** A counted fault worth a log line or an event; the worker tells each kind at most once a second a leg. */
  | { readonly kind: 'warning'; readonly leg: LegId; readonly code: string; readonly count: number }
  /** The recorder stopped by itself: disk full, key gone. What was sealed stays. */
  | {
      readonly kind: 'record.failed'
      readonly leg: LegId
      readonly recording: RecordingId
      readonly code: string
      readonly sealed: SealedSummary
    }
  /** What was to be redacted was sealed already: it is there to hear until it is redacted after the fact. Milliseconds of the recording. */
  | {
      readonly kind: 'record.missed'
      readonly leg: LegId
      readonly recording: RecordingId
      readonly channel: 0 | 1
      readonly fromMs: number
      readonly toMs: number
      readonly why: string
    }
  /** What the worker counted since it last told, by metric name. */
  | { readonly kind: 'metrics'; readonly counters: Readonly<Record<string, number>> }

export type MediaFailure =
  | 'PORTS_EXHAUSTED'
  | 'LEG_UNKNOWN'
  | 'BIND_FAILED'
  | 'RECORDING_FAILED'
  | 'RECORDING_RUNNING'
  | 'RECORDING_NONE'

export type MediaValue =
  | { readonly kind: 'port'; readonly rtpPort: number }
  | { readonly kind: 'sealed'; readonly sealed: SealedSummary }
  | { readonly kind: 'stats'; readonly stats: LegStats }
  | { readonly kind: 'positions'; readonly positions: SrtpPositions }

/** One stream to the app. The main thread resolves, checks and signs; the worker dials exactly this. */
export interface StreamSpec {
  readonly id: StreamId
  /** `wss:` URL, dialled byte for byte. */
  readonly url: string
  /** Address that the SSRF guard approved for the host; the worker connects to this and to nothing else. */
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly tls: {
    readonly ca?: string
    readonly cert?: string
    readonly key?: string
    readonly spkiPins: readonly string[]
  }
  readonly start: {
    readonly accountSid: string
    readonly callSid: string
    readonly streamSid: string
    readonly customParameters: Readonly<Record<string, string>>
  }
  /** Default: Twilio's. */
  readonly wire?: WireChoice
  /** `both` plays the app's audio; the others are forks whose input is ignored. */
  readonly direction: 'both' | 'inbound' | 'outbound' | 'both_tracks'
  readonly connectTimeoutMs: number
  readonly pingIntervalMs: number
  readonly pongTimeoutMs: number
  readonly maxBufferedMs: number
  readonly maxBehindMs: number
  /** What it hears waits until it was judged (`record.judged`, `record.redact`); absent: it hears everything at once. */
  readonly hold?: StreamHold
}

/** How audio waits for whoever looks for what is sensitive in it, before an app hears it. */
export interface StreamHold {
  /** How long each sample waits at most. What nobody judged by then is overwritten. */
  readonly maxMs: number
  readonly mask: 'silence' | 'tone'
}

/** A way to an app that was reached before: its address, looked up and approved again, and headers that were signed now. */
export type StreamWay = Pick<StreamSpec, 'address' | 'headers'>

/** Why a stream ended: each is distinct, so that a call's story is honest. */
export type StreamEnd =
  | 'closed-by-gateway'
  | 'closed-by-app'
  | 'lost' // the connection broke or a ping went unanswered
  | 'refused' // the upgrade was answered with something other than 101
  | 'unreachable' // no TCP or TLS connection in time
  | 'untrusted' // the certificate or its pin did not verify
  | 'protocol' // the app broke the protocol (a huge frame, for example)

export interface StreamStats {
  readonly framesIn: number // from the caller to the app
  readonly framesOut: number // from the app to the caller (20 ms units played)
  readonly framesDropped: number // oldest audio dropped because the app was slow
  readonly messagesIgnored: number // broken JSON, unknown events, binary frames…
  readonly bytesRejected: number // app audio past the buffer's bound
  readonly marks: number
  readonly clears: number
}

/** What a stream carried so far: frames of the caller for the app, of the app for the caller, and what a slow app lost. */
export interface StreamCount {
  readonly id: StreamId
  readonly framesIn: number
  readonly framesOut: number
  readonly framesDropped: number
}

export interface StreamTls {
  readonly version: string
  readonly cipher: string
  readonly group: string
  /** SHA-256 of the app's certificate, in hex. */
  readonly peerCertificate: string | null
}

/** A recording to seal. The data key crosses to the worker in memory only and is zeroed there after use. */
export interface RecordingSpec {
  readonly id: RecordingId
  readonly path: string
  /** The object's header, already encoded: it carries the wrapped data key. */
  readonly header: Uint8Array
  readonly dataKey: Uint8Array
  readonly fsyncMs: number
  /** Held back until it was judged; absent: sealed as it comes. */
  readonly hold?: RecordingHold
}

/** How a recording waits for whoever looks for what is sensitive in it. */
export interface RecordingHold {
  /** How long each sample waits to be judged, at most 60,000. It is in memory for that time and 1.024 s more. */
  readonly maxMs: number
  /** What becomes of what was not judged in that time. */
  readonly unjudged: 'silence' | 'tone' | 'keep'
  /** What takes the place of what was found. */
  readonly mask: 'silence' | 'tone'
}

export interface SealedSummary {
  readonly bytes: number
  readonly segments: number
  readonly durationMs: number
  /** SHA-256 of the whole sealed object, lower-case hex. */
  readonly sha256: string
  /** In the order of their beginnings. */
  readonly marks: readonly RecordingMark[]
}

export interface LegStats {
  readonly packetsIn: number
  readonly packetsOut: number
  readonly lost: number
  readonly jitterMs: number
  readonly rttMs?: number
  /** G.107 E-model estimate of what we hear (1 to 4.5), over the whole call; absent until there is audio. */
  readonly mos?: number
  /** What the peer reported of what it hears. */
  readonly peer?: { readonly lostFraction: number; readonly jitterMs: number; readonly mos: number }
  readonly dropped: Readonly<Record<string, number>>
  /** Whole milliseconds from a packet's arrival to its frame leaving for the app, p50 and p99 of the last minute. */
  readonly toAppP50Ms: number
  readonly toAppP99Ms: number
}
