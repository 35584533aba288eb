interface Of<Type extends string, Data> {
  readonly type: Type
  readonly timestamp: string
  readonly data: Readonly<Data>
}
interface OfCall {
  call_id: string
  call_sid: string
  /** What was noted about the call, by `set` or by the API. */
  variables?: Readonly<Record<string, string>>
}

/** After a `redirect`. Answer with `{ actions: [...] }`. */
export type RedirectedEvent = Of<'call.redirected', OfCall>

/** What a `message` command recorded. Answer with `{ actions: [...] }`; after a hang-up it is told only. */
export type MessageEvent = Of<
  'call.message',
  OfCall & {
    /** Null: nobody may be recorded now, or the recording that runs is silent; nobody was asked to speak. */
    recording_id: string | null
    reason: 'silence' | 'finish-key' | 'max-length' | 'hangup' | 'superseded' | 'not-recorded'
    /** The key that ended it. */
    key?: string
    /** Whether anybody said anything. */
    said: boolean
    duration_ms: number
    /** Where it is in its recording. */
    from_ms?: number
    to_ms?: number
    /** The recording is the message's own, and sealed by now; else the message is a stretch of one that runs. */
    own?: boolean
    recording_state?: 'sealed' | 'failed' | 'recording'
  }
>

/** `unavailable`: the engine said nothing that counts. `refused`: nobody was heard, or the engine takes the voice for nobody's. */
export type VerifyResult =
  | 'match'
  | 'mismatch'
  | 'inconclusive'
  | 'not-enrolled'
  | 'enrolled'
  | 'refused'
  | 'unavailable'

/** What came of a `verify`. Answer with `{ actions: [...] }`: after anything but a match, ask for something else than the voice. */
export type VerifiedEvent = Of<
  'call.verified',
  OfCall & {
    action: 'verify' | 'enrol'
    result: VerifyResult
    /** 0 to 1, on the engine's own scale. */
    score?: number
    /** What the engine says of recorded and synthetic voices; one that it suspects is never a match. */
    spoof?: { score?: number; suspected?: boolean }
    /** Words such as `below-min-score`, `synthetic-suspected`, `not-enough-speech`, `consent`. */
    reasons: string[]
    engine: string | null
    /** From 1; 0: nobody was heard. */
    attempt: number
    speech_ms: number
  }
>

/** The app closed a `stream` with an `action_url`. Answer with `{ actions: [...] }`. */
export type ConversationEndedEvent = Of<
  'call.stream_ended',
  OfCall & {
    stream_id: string
    stream_sid: string
    reason:
      | 'closed-by-app'
      | 'closed-by-gateway'
      | 'blocked'
      | 'unreachable'
      | 'untrusted'
      | 'refused'
      | 'lost'
      | 'protocol'
  }
>

/** Somebody answered a `dial` with a `whisper_url`. Answer with `say`, `play`, `wait`, `gather`, `hangup`. */
export type WhisperEvent = Of<'call.whisper', OfCall & { leg_id: string; leg_sid: string; leg_to: string }>

/** What is heard so far, while a `gather` with `partials` hears words. */
export type GatherPartialEvent = Of<'call.gather.partial', { call_id: string; text: string }>

/** A `set` that was too much: nothing was changed. */
export type VariablesRefusedEvent = Of<
  'call.variables_refused',
  { call_id: string; reason: 'too-many' | 'too-long' }
>

interface OfLeg {
  call_id: string
  /** Of whoever is dialled: its own. */
  leg_id: string
  leg_sid: string
  to: string
  /** The number that is shown to them, once the guard has chosen one. */
  from?: string
  /** From 0, without a gap: events may come in another order than they happened. */
  sequence: number
}
/** What becomes of a leg that a `dial` with `events` calls. */
export type LegEvent =
  | Of<'leg.dialling', OfLeg>
  | Of<'leg.ringing', OfLeg>
  | Of<'leg.answered', OfLeg>
  | Of<
      'leg.ended',
      OfLeg & {
        /** `answered`, or why it was not. */
        outcome: string
        ended_by?: string
        /** From the answer; 0 without one. */
        duration_ms: number
        sip_status?: number
      }
    >

export type CommandEvent =
  | RedirectedEvent
  | MessageEvent
  | VerifiedEvent
  | ConversationEndedEvent
  | WhisperEvent
  | GatherPartialEvent
  | VariablesRefusedEvent
  | LegEvent
