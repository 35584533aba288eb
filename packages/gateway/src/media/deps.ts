import type { Clock, Random } from '#kernel'
import type { SrtpCrypto } from '@voxkeep/wire/srtp'
import type {
  FromMedia,
  RecordingSpec,
  SealedSummary,
  StreamEnd,
  StreamSpec,
  StreamStats,
  StreamTls,
  StreamWay,
} from './contract.ts'

/** What a worker needs to know of the configuration. */
export interface MediaWorkerConfig {
  readonly host: string
  readonly portMin: number
  readonly portMax: number
  readonly portDrainMs: number
  readonly silenceTimeoutMs: number
  readonly reorderMs: number
  /** AES-GCM through `node:ffi`. */
  readonly ffi?: boolean
}

/** The connection to one app, as `#stream` makes it. */
export interface AppStream {
  /** So far; of the caller's audio. */
  readonly counts: { readonly framesIn: number; readonly framesDropped: number }
  /** What it hears and says has room for more than 8 kHz. */
  readonly isWide?: boolean
  /** `wide` is the same time at 16 kHz, of what nobody altered or withheld. */
  sendAudio(track: 'inbound' | 'outbound', ulaw: Uint8Array, timestampMs: number, wide?: Int16Array): void
  sendDtmf(digit: string, durationMs: number): void
  sendMark(name: string, state: 'played' | 'cleared', playedMs: number): void
  tell(notice: StreamNotice): void
  resume(way: StreamWay): void
  close(): void
}

/** What a leg, or the main thread, has to say to an app beside audio, keys and marks. */
export type StreamNotice =
  | { readonly kind: 'message'; readonly message: object }
  | { readonly kind: 'playback'; readonly bufferedMs: number; readonly state: 'ok' | 'high' | 'drained' }
  | { readonly kind: 'privacy'; readonly state: 'secure' | 'open' | 'held'; readonly why: string }
  | {
      readonly kind: 'privacy'
      readonly state: 'overwritten'
      readonly why: string
      readonly track: 'inbound' | 'outbound'
      readonly fromMs: number
      readonly toMs: number
    }

/** What an app's stream tells the leg. */
export interface AppStreamSink {
  opened(tls: StreamTls): void
  /** Borrowed until the call returns, as is the same time at 16 kHz; returns how many bytes were taken. */
  audio(ulaw: Uint8Array, wide?: Int16Array): number
  mark(name: string): boolean
  /** Returns how many milliseconds were thrown away. */
  clear(): number
  /** False: too many wait for the main thread, and it was not passed on. */
  said(message: object): boolean
  lost(): void
  warning(code: string): void
  closed(why: StreamEnd, counts: Omit<StreamStats, 'framesOut'>): void
}

/** Whether a stream may be given more than 8 kHz, and whether who hears it can hear that. */
export interface AppStreamBand {
  readonly hearsWide: boolean
  readonly saysWide: boolean
}

export type OpenAppStream = (
  spec: StreamSpec,
  o: { clock: Clock; sink: AppStreamSink; band: AppStreamBand },
) => AppStream

/** The sealing recorder, as `#vault` makes it. */
export interface Recorder {
  readonly ready: Promise<void>
  write(channel: 0 | 1, positionSamples: number, ulaw: Uint8Array): void
  redact(channel: 0 | 1, fromSamples: number, toSamples: number, why: string): void
  judged(channel: 0 | 1, throughSamples: number): void
  mark(kind: 'secure', on: boolean): void
  /** `isSkipped`: whoever plays the recording is to skip what is silent. */
  pause(isSkipped?: boolean): void
  resume(): void
  finish(): Promise<SealedSummary>
}

/** What was to be redacted when it was sealed already. */
export interface MissedRedaction {
  readonly channel: 0 | 1
  readonly fromMs: number
  readonly toMs: number
  readonly why: string
}

export type OpenRecorder = (
  spec: RecordingSpec,
  o: {
    clock: Clock
    random: Random
    onFailure: (code: string, sealed: SealedSummary) => void
    onMissed: (missed: MissedRedaction) => void
  },
) => Recorder

/** Everything a media worker touches; `media-worker.ts` supplies it. */
export interface MediaWorkerDeps {
  readonly config: MediaWorkerConfig
  readonly clock: Clock
  readonly random: Random
  readonly srtpCrypto: SrtpCrypto
  readonly post: (message: FromMedia) => void
  readonly openStream: OpenAppStream
  readonly openRecorder: OpenRecorder
}
