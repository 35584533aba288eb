import type { Call } from './resources.ts'

interface Of<Type extends string, Data> {
  readonly type: Type
  readonly timestamp: string
  readonly data: Readonly<Data>
}

interface OfCall {
  call_id: string
}
interface OfStream extends OfCall {
  stream_id: string
  reason?: string
}
interface OfRecording extends OfCall {
  recording_id: string
}

/** The call is up. */
export type AnsweredEvent = Of<'call.answered', OfCall>
/** The call is over, and settled. `reason`: docs/webhooks.md. */
export type EndedEvent = Of<
  'call.ended',
  OfCall & { reason: string; answered?: boolean; duration_ms?: number; direction?: Call['direction'] }
>
/** A call of yours was not answered. */
export type FailedEvent = Of<'call.failed', OfCall & { reason: string }>
export type RecordingStartedEvent = Of<'recording.started', OfRecording>
/** It is sealed, and can be fetched. */
export type RecordingCompletedEvent = Of<
  'recording.completed',
  OfRecording & {
    duration_ms: number
    /** How much of it was paused to be skipped. */
    skipped_ms?: number
  }
>
export type StreamStartedEvent = Of<'stream.started', OfStream>
export type StreamEndedEvent = Of<'stream.ended', OfStream>
export type StreamFailedEvent = Of<'stream.failed', OfStream>
/** What was asked, and why there was no answer to act on. */
export type DecisionFailedEvent = Of<'call.decision_failed', OfCall & { decision: string; reason: string }>

/** Told after the fact: no answer is read. */
export type CallNotice =
  | AnsweredEvent
  | EndedEvent
  | FailedEvent
  | RecordingStartedEvent
  | RecordingCompletedEvent
  | StreamStartedEvent
  | StreamEndedEvent
  | StreamFailedEvent
  | DecisionFailedEvent
