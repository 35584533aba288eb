import type { DataClass, TenantId } from '#kernel'

/** What is known of a voice, from the configuration; on record, and enforced before a text goes there. */
export interface VoiceFacts {
  readonly id: string
  readonly kind: 'command' | 'openai' | 'deepgram' | 'elevenlabs'
  readonly region: string | undefined
  /** What its texts may hold. */
  readonly dataClasses: readonly DataClass[]
  /** Whether it is agreed, and asked of it on the wire where its protocol can, that nothing is kept for training. */
  readonly trainingOptOut: boolean
}

export interface SpeakRequest {
  readonly tenant: TenantId
  /** Plain, or SSML when it begins with `<speak`. */
  readonly text: string
  /** BCP 47; default: the voice's. */
  readonly language?: string | undefined
  /** What the text may hold: a voice that may not say that is refused. */
  readonly dataClasses: readonly DataClass[]
  /** Whether the speech may be kept, sealed, to be given again for the same text. */
  readonly cache?: boolean | undefined
}

/** One voice. */
export interface SpeakingVoice extends AsyncDisposable {
  readonly facts: VoiceFacts
  /**
   * Says a text: µ-law at 8 kHz, in pieces of any length, fresh memory, as they come. Nothing is asked of anybody before the first piece is
   * taken, and nothing more once `signal` aborts or the iteration is left. Throws `SpeechError` while it is iterated.
   */
  speak(request: SpeakRequest, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** What became of the latest texts. */
  readonly health: 'unknown' | 'up' | 'failing'
}

/** Plain words in one tone: what an adapter makes speech of. */
export interface Passage {
  readonly text: string
  readonly language: string
  /** Of normal speed. */
  readonly rate: number
}

/** An adapter: µ-law at 8 kHz as it comes. Throws `SpeechError` with a code `VOICE_…`. */
export type Synthesise = (passage: Passage, signal: AbortSignal) => AsyncIterable<Uint8Array>
