import type { Call } from './resources.ts'
import type { TranscriptEvent } from './commands-words.ts'
import type { CallNotice } from './webhook-notices.ts'
import type { CommandEvent } from './webhook-commands.ts'
import type { RelayEndedEvent } from './webhook-relay.ts'
import type { ToolEvent } from './webhook-tool.ts'
import type {
  CollectedEvent,
  CollectProgressEvent,
  PaidEvent,
  PaymentSettledEvent,
} from './webhook-collect.ts'

/** How a peer's signalling is protected: TLS version, cipher suite, key exchange group. */
export interface TransportFacts {
  readonly sip_tls: string
  readonly cipher: string
  readonly group?: string
}

/** What the caller's PASSporT proved (STIR/SHAKEN). */
export interface CallerIdentity {
  readonly status: 'none' | 'passed' | 'failed' | 'unavailable'
  readonly attestation?: 'A' | 'B' | 'C'
  readonly origination_id?: string
  /** The number that was called first, when a signed diversion brought the call here. */
  readonly diverted_from?: string
  /** Why it did not pass. */
  readonly reason?: string
  /** Who signed. */
  readonly signer?: string
}

interface AskedCall {
  readonly call_id: string
  readonly call_sid: string
  readonly account_sid: string
  readonly from: string
  readonly to: string
  readonly direction: Call['direction']
  readonly state?: 'ringing' | 'active'
  readonly trunk: string
  /** What was noted about the call, by `set` or by the API. */
  readonly variables?: Readonly<Record<string, string>>
  readonly transport: TransportFacts
}

/** What the gateway asks before it does anything with a call. Answer with `{ actions: [...] }`. */
export interface IncomingCallEvent {
  readonly type: 'call.incoming'
  readonly timestamp: string
  readonly data: AskedCall & {
    /** Absent where the trunk does not look. */
    readonly identity?: CallerIdentity
    /** What the caller claims to be, when `from` is `anonymous` because nothing proved it. Trust it with nothing. */
    readonly from_unverified?: string
  }
}

/** A call of yours was answered, and no actions came with it. Answer with `{ actions: [...] }`. */
export interface ConnectedEvent {
  readonly type: 'call.connected'
  readonly timestamp: string
  readonly data: AskedCall & {
    /** As given to `calls.create`. */
    readonly parameters?: Readonly<Record<string, string>>
  }
}

/** Why somebody who was called is not there. */
export type DialOutcome =
  | 'busy'
  | 'no-answer'
  | 'rejected'
  | 'not-found'
  | 'redirected'
  | 'cancelled'
  | 'unreachable'
  | 'overloaded'
  | 'timeout'
  | 'refused'
  | 'declined'

/** What came of a `dial`, or of a `transfer` that failed. Answer with `{ actions: [...] }`; none: go on with those left. */
export interface DialedEvent {
  readonly type: 'call.dialed'
  readonly timestamp: string
  readonly data: {
    readonly call_id: string
    readonly call_sid: string
    readonly outcome: 'answered' | DialOutcome
    /** From the answer; 0 without one. */
    readonly duration_ms: number
    readonly ended_by?: string
    /** Which rule stands against it, when it was `refused`. */
    readonly why?: string
    readonly sip_status?: number
    /** The peer's own words for it (`Reason`), where it gave any. */
    readonly cause?: string
  }
}

/** Keys, or words, that a `gather` command collected. Answer with `{ actions: [...] }`. */
export interface GatheredEvent {
  readonly type: 'call.gathered'
  readonly timestamp: string
  readonly data: AskedCall & {
    readonly call_id: string
    readonly digits: string
    /** What was said, as the app's privacy policy lets it know: placeholders such as `[CARD]` in it. */
    readonly speech?: {
      readonly text: string
      /** 0 to 1; null where the engine does not tell. */
      readonly confidence: number | null
      readonly language: string | null
    }
    readonly reason: string
  }
}

/** Any other event: a notice that needs no answer. New types come without a new version of this package. */
export interface NoticeEvent {
  readonly type: string & {}
  readonly timestamp: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The events that have a type of their own: a union, told apart by `type`. */
export type KnownEvent =
  | IncomingCallEvent
  | ConnectedEvent
  | GatheredEvent
  | DialedEvent
  | CollectedEvent
  | PaidEvent
  | PaymentSettledEvent
  | ToolEvent
  | RelayEndedEvent
  | CollectProgressEvent
  | TranscriptEvent
  | CallNotice
  | CommandEvent

export type EventOf<Type extends KnownEvent['type']> = Extract<KnownEvent, { readonly type: Type }>

export type WebhookEvent = KnownEvent | NoticeEvent

/** `if (isEvent(event, 'call.ended')) event.data.reason`. */
export function isEvent<Type extends KnownEvent['type']>(
  event: WebhookEvent,
  type: Type,
): event is EventOf<Type> {
  return event.type === type
}

export function isIncomingCall(event: WebhookEvent): event is IncomingCallEvent {
  return event.type === 'call.incoming'
}

export function isGathered(event: WebhookEvent): event is GatheredEvent {
  return event.type === 'call.gathered'
}

export function isConnected(event: WebhookEvent): event is ConnectedEvent {
  return event.type === 'call.connected'
}

export function isDialed(event: WebhookEvent): event is DialedEvent {
  return event.type === 'call.dialed'
}
