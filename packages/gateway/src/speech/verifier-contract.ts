import type { DataClass, TenantId } from '#kernel'

/** What is known of an engine that compares voices, from the configuration; on record, and enforced before a voice goes there. */
export interface VerifierFacts {
  readonly id: string
  readonly kind: 'https' | 'command'
  readonly region: string | undefined
  /** What it may be given: `biometric`, or it is given nothing. */
  readonly dataClasses: readonly DataClass[]
  /** Whether it is agreed that nothing is kept for training. */
  readonly trainingOptOut: boolean
}

/** One voice. */
export interface VoiceSample {
  readonly tenant: TenantId
  /** Whose it is said to be: an id that the app chose. No tenant meets another's. */
  readonly subject: string
  /** µ-law at 8 kHz, borrowed; copies that are made of it are zeroed. */
  readonly ulaw: Uint8Array
  /** What was to be said, where the engine compares that too. */
  readonly phrase?: string | undefined
}

export interface SpoofTold {
  /** 0 to 1: how sure the engine is that the voice is a recording or made by a machine. */
  readonly score?: number | undefined
  readonly suspected?: boolean | undefined
}

/** What an engine says of a voice, before anybody judged it (RFC 6787 §11 has its words). */
export interface VoiceCompared {
  readonly decision: 'accepted' | 'rejected' | 'undecided' | 'not-enrolled'
  /** 0 to 1. */
  readonly score?: number | undefined
  readonly spoof?: SpoofTold | undefined
  readonly reasons: readonly string[]
}

/** What an engine says of a voice that it was to learn. `more`: it needs to hear more of it. */
export interface VoiceLearned {
  readonly state: 'enrolled' | 'more' | 'refused'
  readonly spoof?: SpoofTold | undefined
  readonly reasons: readonly string[]
}

export type Forgotten = 'forgotten' | 'not-enrolled'

/** What became of a voice, once everything that stands against a match was looked at. */
export interface Verdict {
  /** `unavailable`: the engine took a voice that was refused, and could not be told to forget it (`may-be-known`). */
  readonly result:
    | 'match'
    | 'mismatch'
    | 'inconclusive'
    | 'not-enrolled'
    | 'enrolled'
    | 'refused'
    | 'unavailable'
  readonly score?: number | undefined
  readonly spoof?: SpoofTold | undefined
  /** Words, no sentences: `below-min-score`, `synthetic-suspected`, and the engine's own. */
  readonly reasons: readonly string[]
}

/** An adapter: one question to one engine. Throws `SpeechError` with a code `VERIFIER_…`. */
export interface VoiceComparer {
  compare(sample: VoiceSample, signal: AbortSignal): Promise<VoiceCompared>
  learn(sample: VoiceSample, signal: AbortSignal): Promise<VoiceLearned>
  forget(whose: Pick<VoiceSample, 'tenant' | 'subject'>, signal: AbortSignal): Promise<Forgotten>
}

/** One engine that compares voices. It keeps voiceprints; the gateway keeps none. */
export interface Verifier extends AsyncDisposable {
  readonly facts: VerifierFacts
  /** Why the law asks for no consent here; undefined: consent has to be named. */
  readonly withoutConsent: string | undefined
  /** Throws `SpeechError`: `SPEECH_REFUSED` when its facts do not allow the tenant's voices, `SPEECH_BUSY`. Nothing was sent then. */
  admit(tenant: TenantId): void
  /** Throws what `admit` does, and `VERIFIER_…`. `minScore` counts where it asks for more than the configuration. */
  verify(
    sample: VoiceSample & { readonly minScore?: number | undefined },
    signal: AbortSignal,
  ): Promise<Verdict>
  /** As `verify`. A voice that is refused is forgotten by an engine that took it; what it knew of the subject before goes too. */
  enrol(sample: VoiceSample, signal: AbortSignal): Promise<Verdict>
  /** Has the engine forget whose voice it knows. No facts stand against it; throws `SPEECH_BUSY`, and `VERIFIER_…`. */
  forget(whose: Pick<VoiceSample, 'tenant' | 'subject'>, signal: AbortSignal): Promise<Forgotten>
  /** What became of the latest questions. */
  readonly health: 'unknown' | 'up' | 'failing'
}
