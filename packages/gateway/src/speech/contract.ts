import type { Word } from '@voxkeep/pii'
import type { DataClass, TenantId } from '#kernel'

/** What is known of an engine, from the configuration; on record, and enforced before a call's audio goes there. */
export interface SpeechFacts {
  readonly id: string
  readonly kind: 'deepgram' | 'vosk' | 'openai' | 'websocket' | 'command'
  readonly region: string | undefined
  /** What it may hear. */
  readonly dataClasses: readonly DataClass[]
  /** Whether it is agreed, and asked of it on the wire where its protocol can, that nothing is kept for training. */
  readonly trainingOptOut: boolean
}

export interface SpeechRequest {
  readonly tenant: TenantId
  /** BCP 47, such as `en-US`. */
  readonly language: string
  /** What the audio may hold: an engine that may not hear that is refused. */
  readonly dataClasses: readonly DataClass[]
  /** Words that are likely. */
  readonly hints?: readonly string[]
  /** Whether partial results are wanted. */
  readonly interim: boolean
}

/** One engine. `open` throws `SpeechError` (`SPEECH_REFUSED`) when its facts do not allow the request: nothing was sent then. */
export interface SpeechEngine extends AsyncDisposable {
  readonly facts: SpeechFacts
  open(request: SpeechRequest, sink: SpeechSink): SpeechSession
  /** What became of the latest sessions. */
  readonly health: 'unknown' | 'up' | 'failing'
}

/** One voice of one call. Milliseconds count from the first sample that was given, and gaps count. */
export interface SpeechSession {
  /**
   * 8 kHz µ-law, borrowed until the call returns; `atMs` is where it begins. Never throws, never waits: what the engine does not take in time is dropped, oldest first,
   * and told by `lost`.
   */
  audio(ulaw: Uint8Array, atMs: number): void
  /** No more audio comes; resolves when the last words are in, or after `timeoutMs`. */
  finish(timeoutMs: number): Promise<void>
  /** At once, whatever is open. */
  close(): void
}

export interface SpeechSink {
  words(heard: {
    readonly segment: number
    readonly final: boolean
    readonly words: readonly Word[]
    readonly language?: string
  }): void
  /** The engine has heard everything before this, and said all the words in it as finals. Never goes back. */
  through(ms: number): void
  /** Audio that the engine never heard: what was said in it is unknown. */
  lost(fromMs: number, toMs: number): void
  /** `down`: no connection, tried again by itself; audio meanwhile is kept up to a bound, then `lost`. */
  state(state: 'up' | 'behind' | 'down', code: string): void
  /** It is over for good: refused, or tried too often. What was not judged stays so. */
  ended(code: string): void
}
