import type { AppId, LegId, TenantId, TrunkId } from '#kernel'
import type { AudioCodec } from '@voxkeep/wire/sdp'

/** What is known about the signalling connection; it goes on the call's security receipt. */
export interface SignallingSecurity {
  readonly transport: 'tls'
  readonly tlsVersion: string
  readonly cipher: string
  /** Key-agreement group, for example `X25519MLKEM768`; empty when the peer's TLS does not tell. */
  readonly group: string
  /** SHA-256 of the certificate that the peer showed, in hex; null when it showed none. */
  readonly peerCertificate: string | null
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
  readonly srtp: LegSrtp
  /** In our order of preference. */
  readonly codecs: readonly AudioCodec[]
  /** Whether keys are heard as tones in the audio: `auto` where SDP agreed on no telephone events. */
  readonly inbandDigits: 'auto' | 'on' | 'off'
  /** `Identity` header values (RFC 8224) as they came, at most 8 of them; and the Date header. */
  readonly identity: readonly string[]
  readonly date: string | undefined
  /** Where the caller is, as the header says that the trunk's configuration names. */
  readonly jurisdiction?: string | undefined
  /** A leg of ours that this call is to take the place of (RFC 3891); the trunk may, and both tags matched. */
  readonly replaces: LegId | undefined
  readonly signalling: Signalling
}

/** What a trunk's configuration says of the protection of audio. */
export interface LegSrtp {
  readonly suites: readonly string[]
  readonly allowAvpWithCrypto: boolean
  /** What a peer's new key does to its rollover counter: RFC 3711 keeps it, some start again; `auto` finds out. */
  readonly rollover: 'auto' | 'keep' | 'reset'
}

/** A call that we place through a trunk: what `call` asks of `edge`. */
export interface OutgoingCall {
  readonly leg: LegId
  readonly trunk: TrunkId
  /** User part of the request URI: an E.164 number or a name; or a whole `sip:` URI, where the guard allowed that. */
  readonly to: string
  /** User part of From, as the caller-ID policy allowed it. */
  readonly from: string
  readonly displayName?: string
  readonly ringTimeoutMs: number
  /** Beyond what makes an INVITE: `Identity`, `Replaces`, `Referred-By`, `Diversion`, `X-…`. Values have no line break. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Our offer, made once it is known which local address the peer's connection has. */
  readonly offer: (localAddress: string) => string
}

/** Begins to place a call; returns at once. `events` hears `answered` or `failed` once, and `ended` once after `answered`. */
export type PlaceCall = (call: OutgoingCall, events: OutgoingEvents) => LegSignalling

export interface OutgoingEvents extends SignallingEvents {
  /** 180, 181, 182 or 183 came. */
  ringing(status: number): void
  /** An answer in a provisional response, reliable or not: early media. A later one, of another fork, takes its place. */
  early(sdp: Uint8Array): void
  /** 200 came and is acknowledged; `sdp` is the peer's answer. False when it cannot be used: `edge` then sends BYE. */
  answered(sdp: Uint8Array, security: SignallingSecurity): boolean
  failed(failure: PlaceFailure): void
}

export interface PlaceFailure {
  readonly why:
    | 'busy' // 486, 600
    | 'no-answer' // 408, 480, 487 after our ring time-out
    | 'rejected' // any other final failure
    | 'not-found' // 404, 410, 484, 604
    | 'redirected' // 3xx, which the trunk's policy does not follow
    | 'cancelled' // we gave up
    | 'unreachable' // no connection, or its TLS did not verify
    | 'overloaded' // 503, or a limit of ours on the trunk
    | 'timeout' // no response at all
  readonly status?: number
  /** `Reason` header (RFC 3326) as Q.850 cause or SIP status, when the peer gave one. */
  readonly cause?: string
  /** Another trunk may do better: the fault lies with this one, not with the number. */
  readonly elsewhere: boolean
}

/** What `call` can do with the signalling of one leg, whoever called whom. */
export interface LegSignalling {
  /**
   * Offers new SDP within the session (re-INVITE, or UPDATE where the dialog is early). Resolves with the peer's answer; glare
   * (491) is tried again as RFC 3261 §14.1 says. Rejects (`EdgeError`) when the peer refuses: the session stays as it was.
   */
  reoffer(sdp: string): Promise<Uint8Array>
  /** Asks the peer to call somebody else (RFC 3515). Resolves with how that went, as its NOTIFYs tell; never rejects. */
  refer(target: ReferTarget): Promise<ReferOutcome>
  /**
   * BYE, or CANCEL or the fitting rejection before an answer. Resolves when the peer confirmed or its time ran out; never
   * rejects. `reason` becomes a Reason header (RFC 3326), save normal clearing, which is meant without one.
   */
  hangup(reason?: HangupReason): Promise<void>
}

/** Q.850 cause and words, such as `16`, `Normal call clearing`. */
export interface HangupReason {
  readonly cause: number
  readonly text: string
}

export interface ReferTarget {
  /** `sip:` URI or number. */
  readonly to: string
  /** The leg whose dialog the new call is to take the place of: an attended transfer. */
  readonly replaces?: LegId
}

export type ReferOutcome =
  | { readonly ok: true }
  /** `status`: of the REFER, or of the call that came of it. */
  | { readonly ok: false; readonly status?: number; readonly why: 'refused' | 'failed' | 'timeout' }

/** The signalling of a leg that called us. */
export interface Signalling extends LegSignalling {
  /** 180 Ringing; more than once is harmless. With `sdp` early media: 183, reliably (RFC 3262) where the peer knows how. */
  ring(sdp?: string): void
  /**
   * 200 OK with `sdp`. Resolves with the ACK's body when the ACK came; rejects (`EdgeError`) when it did not or the caller gave up.
   */
  answer(sdp: string): Promise<Uint8Array>
  /** A final failure response to the INVITE. Does nothing once answered. */
  reject(status: number, reason?: string): void
  /** Where `edge` reports; set once, before anything can be reported. */
  listen(events: SignallingEvents): void
}

export interface SignallingEvents {
  /** The leg is over: told exactly once, whoever ended it. */
  ended(why: SignallingEnd): void
  /**
   * A re-INVITE or UPDATE: the SDP answer, or the status to refuse with. Without an offer (a re-INVITE's may lack one) what
   * comes back is our offer, and the answer is told by `reanswered`.
   */
  reoffer(offer: Uint8Array | undefined): { readonly sdp: string } | { readonly status: number }
  /** The ACK brought the answer to the offer that `reoffer` made. False when it cannot be used: the call is over. */
  reanswered(answer: Uint8Array): boolean
  /** The peer asks us to call somebody for it (REFER). Only told where the trunk allows it; the default is 403. */
  refer(request: ReferRequest): { readonly accept: true } | { readonly status: number }
  /** DTMF by SIP INFO (`application/dtmf-relay` or `application/dtmf`). */
  dtmf(digit: string, durationMs: number): void
}

export interface ReferRequest {
  /** The number or `sip:` URI of Refer-To, without headers. */
  readonly to: string
  /** A leg of ours that it names in Replaces, with both tags right. */
  readonly replaces: LegId | undefined
  /** Tells the peer how it goes (NOTIFY with `message/sipfrag`); a final status ends the subscription. */
  notify(status: number): void
}

export type SignallingEnd =
  | 'caller-hung-up' // BYE of the peer, whoever called whom
  | 'replaced' // another call took its place (RFC 3891)
  | 'caller-cancelled' // CANCEL, before an answer
  | 'gateway-hung-up'
  | 'rejected'
  | 'no-ack' // our 200 was never acknowledged
  | 'connection-lost' // the TLS connection went and could not be redialled when it was needed
  | 'shutdown'

/** `call` takes the leg over: it listens at once and answers or rejects in its own time. Never throws. */
export type HandleIncoming = (incoming: IncomingCall) => void
