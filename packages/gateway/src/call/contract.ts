import type { AppId, LegId, TenantId, TrunkId } from '#kernel'

/** What is known about the signalling connection; it goes on the call's security receipt. */
export interface SignallingSecurity {
  readonly transport: 'tls'
  readonly tlsVersion: string
  readonly cipher: string
  /** Key-agreement group, for example `X25519MLKEM768`; empty when the peer's TLS does not tell. */
  readonly group: string
  readonly sourceAddress: string
  /** How the trunk proved itself. */
  readonly authenticatedBy: readonly ('address' | 'certificate' | 'digest')[]
}

/** A call that a trunk offers: what `edge` hands to `call`. */
export interface IncomingCall {
  readonly leg: LegId
  readonly trunk: TrunkId
  readonly tenant: TenantId
  readonly app: AppId
  /** User part of From and of the request URI, as sent (an E.164 number or a name); at most 128 characters. */
  readonly from: string
  readonly to: string
  readonly sipCallId: string
  /** Body of the INVITE; undefined when it came without an offer (then `answer` carries ours and the ACK the peer's answer). */
  readonly offer: Uint8Array | undefined
  /** Local address that the peer's connection reached: the default for SDP. */
  readonly localAddress: string
  readonly security: SignallingSecurity
  readonly srtp: { readonly suites: readonly string[]; readonly allowAvpWithCrypto: boolean }
  readonly signalling: Signalling
}

/** What `call` can do with the signalling of one leg. */
export interface Signalling {
  /** 180 Ringing; more than once is harmless. */
  ring(): void
  /**
   * 200 OK with `sdp`. Resolves with the ACK's body when the ACK came; rejects (`EdgeError`) when it did not or the caller gave up.
   */
  answer(sdp: string): Promise<Uint8Array>
  /** A final failure response to the INVITE. Does nothing once answered. */
  reject(status: number, reason?: string): void
  /** BYE (or the fitting rejection before an answer). Resolves when the peer confirmed or its time ran out; never rejects. */
  hangup(reason?: string): Promise<void>
  /** Where `edge` reports; set once, before anything can be reported. */
  listen(events: SignallingEvents): void
}

export interface SignallingEvents {
  /** The leg is over: told exactly once, whoever ended it. */
  ended(why: SignallingEnd): void
  /** A re-INVITE or UPDATE with an offer: the SDP answer, or the status to refuse with. */
  reoffer(offer: Uint8Array): { readonly sdp: string } | { readonly status: number }
  /** DTMF by SIP INFO (`application/dtmf-relay` or `application/dtmf`). */
  dtmf(digit: string, durationMs: number): void
}

export type SignallingEnd =
  | 'caller-hung-up' // BYE
  | 'caller-cancelled' // CANCEL, before an answer
  | 'gateway-hung-up'
  | 'rejected'
  | 'no-ack' // our 200 was never acknowledged
  | 'connection-lost' // the TLS connection went and could not be redialled when it was needed
  | 'shutdown'

/** `call` takes the leg over: it listens at once and answers or rejects in its own time. Never throws. */
export type HandleIncoming = (incoming: IncomingCall) => void
