import type { CardBrand, CollectFault, CollectKind } from './commands-collect.ts'
import type { WebhookEvent } from './webhook-event.ts'

/** What came of a `collect`. */
export type CollectOutcome =
  | 'collected'
  | 'cancelled'
  | 'timeout'
  | 'attempts'
  | 'limit'
  | 'replaced'
  | 'unavailable'

/** What came of a `pay`: of the provider, or why it was not asked. */
export type PayOutcome =
  | 'succeeded'
  | 'declined'
  | 'needs-screen'
  | 'unknown'
  | 'failed'
  | 'refused'
  | 'cancelled'
  | 'timeout'
  | 'attempts'
  | 'limit'
  | 'replaced'

/** One field: its token, and what may be shown of it; `present` where it is never kept. */
export interface CollectedField {
  readonly name: string
  readonly field: CollectKind
  readonly attempts: number
  readonly token?: string
  readonly masked?: string
  readonly brand?: CardBrand
  readonly present?: true
}

interface Failed {
  readonly name: string
  readonly field: CollectKind
  /** How often it was keyed in, in vain. */
  readonly attempts: number
  readonly fault?: CollectFault
}

/** What came of a `collect`. Answer with `{ actions: [...] }`; none: go on with those left. */
export interface CollectedEvent {
  readonly type: 'call.collected'
  readonly timestamp: string
  readonly data: {
    readonly call_id: string
    readonly call_sid: string
    readonly outcome: CollectOutcome
    readonly duration_ms: number
    /** Empty unless all of them came. */
    readonly fields: readonly CollectedField[]
    readonly failed?: Failed
    /** What the vault said, when it was `unavailable`. */
    readonly why?: string
  }
}

export interface PaidMethod {
  readonly masked: string
  readonly brand?: CardBrand
  /** Of the gateway's vault, where `purposes` were given. */
  readonly token?: string
}

/**
 * What came of a `pay`. Answer with `{ actions: [...] }`; none: go on with those left. When the call was over, or newer commands came, it is a
 * notice, whose answer nobody reads.
 */
export interface PaidEvent {
  readonly type: 'call.paid'
  readonly timestamp: string
  readonly data: {
    readonly call_id: string
    readonly call_sid: string
    readonly outcome: PayOutcome
    readonly duration_ms: number
    readonly provider: string
    readonly method: 'card' | 'bank'
    readonly attempts: number
    readonly amount_minor?: number
    readonly currency?: string
    readonly reference?: string
    readonly payment_id?: string | null
    readonly provider_token?: string | null
    /** Why it was declined. */
    readonly reason?: string
    /** The provider's own word. */
    readonly provider_code?: string
    readonly card?: PaidMethod
    readonly bank?: PaidMethod
    /** It was paid before, by the same command of the same call. */
    readonly repeated?: true
    readonly failed?: Failed
    readonly why?: string
    /** It was paid, but could not be kept as a token. */
    readonly token_refused?: string
  }
}

/** What became of a payment of which nobody knew that when its call ended (`call.paid` with `unknown`, or none after a crash). Told once. */
export interface PaymentSettledEvent {
  readonly type: 'payment.settled'
  readonly timestamp: string
  readonly data: {
    readonly call_id: string
    /** The gateway's id of the payment, as `GET /v1/payments` has it. */
    readonly payment: string
    readonly outcome: 'succeeded' | 'declined' | 'needs-screen' | 'failed'
    readonly provider: string
    readonly method: 'card' | 'bank'
    readonly amount_minor?: number
    readonly currency?: string
    readonly reference?: string
    /** Of the charge, at the provider. */
    readonly payment_id?: string | null
    readonly provider_token?: string | null
    /** Why it was declined. */
    readonly reason?: string
    /** The provider's own word. */
    readonly provider_code?: string | null
  }
}

/** How far a `collect` or `pay` is: how many keys came, never which. */
export interface CollectProgressEvent {
  readonly type: 'call.collect.progress'
  readonly timestamp: string
  readonly data: {
    readonly call_id: string
    readonly field: string
    readonly step: 'asked' | 'keys' | 'repeat' | 'confirming' | 'fault' | 'accepted'
    readonly keys: number
    readonly attempt: number
    readonly masked: string
    readonly brand?: CardBrand
    readonly fault?: CollectFault
  }
}

export function isCollected(event: WebhookEvent): event is CollectedEvent {
  return event.type === 'call.collected'
}

export function isPaid(event: WebhookEvent): event is PaidEvent {
  return event.type === 'call.paid'
}

export function isPaymentSettled(event: WebhookEvent): event is PaymentSettledEvent {
  return event.type === 'payment.settled'
}

export function isCollectProgress(event: WebhookEvent): event is CollectProgressEvent {
  return event.type === 'call.collect.progress'
}
