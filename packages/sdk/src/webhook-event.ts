import type { Call } from './resources.ts'

/** What the gateway asks before it does anything with a call. Answer with `{ actions: [...] }`. */
export interface IncomingCallEvent {
  readonly type: 'call.incoming'
  readonly timestamp: string
  readonly data: {
    readonly call_id: string
    readonly call_sid: string
    readonly account_sid: string
    readonly from: string
    readonly to: string
    readonly direction: Call['direction']
    readonly trunk: string
    /** How the caller's signalling was protected: TLS version, cipher suite, key exchange group. */
    readonly transport: { readonly sip_tls: string; readonly cipher: string; readonly group?: string }
  }
}

/** Keys that a `gather` command collected. Answer with `{ actions: [...] }`. */
export interface GatheredEvent {
  readonly type: 'call.gathered'
  readonly timestamp: string
  readonly data: { readonly digits: string; readonly reason: string }
}

/** Any other event: a notice that needs no answer. New types come without a new version of this package. */
export interface NoticeEvent {
  readonly type: string & {}
  readonly timestamp: string
  readonly data: Readonly<Record<string, unknown>>
}

export type WebhookEvent = IncomingCallEvent | GatheredEvent | NoticeEvent

export function isIncomingCall(event: WebhookEvent): event is IncomingCallEvent {
  return event.type === 'call.incoming'
}

export function isGathered(event: WebhookEvent): event is GatheredEvent {
  return event.type === 'call.gathered'
}
