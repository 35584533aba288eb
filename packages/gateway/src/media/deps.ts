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
  sendAudio(track: 'inbound' | 'outbound', ulaw: Uint8Array, timestampMs: number): void
  sendDtmf(digit: string): void
  sendMark(name: string): void
  close(): void
}

/** What an app's stream tells the leg. */
export interface AppStreamSink {
  opened(tls: StreamTls): void
  /** Borrowed until the call returns; returns how many bytes were taken. */
  audio(ulaw: Uint8Array): number
  mark(name: string): boolean
  clear(): void
  warning(code: string): void
  closed(why: StreamEnd, counts: Omit<StreamStats, 'framesOut'>): void
}

export type OpenAppStream = (spec: StreamSpec, o: { clock: Clock; sink: AppStreamSink }) => AppStream

/** The sealing recorder, as `#vault` makes it. */
export interface Recorder {
  readonly ready: Promise<void>
  write(channel: 0 | 1, positionSamples: number, ulaw: Uint8Array): void
  redact(channel: 0 | 1, fromSamples: number, toSamples: number, why: string): void
  judged(channel: 0 | 1, throughSamples: number): void
  mark(kind: 'secure', on: boolean): void
  pause(): void
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
