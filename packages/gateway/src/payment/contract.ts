import type { CallId, Secret, TenantId } from '#kernel'

/** What was keyed in. Lives in memory only; `forget` zeroes it, whatever became of the payment. */
export interface CardDetails {
  /** ASCII digits. */
  readonly number: Secret<Uint8Array>
  readonly expiry: { readonly month: number; readonly year: number }
  /** ASCII digits; never stored, never sealed, forwarded once at most. */
  readonly code: Secret<Uint8Array> | undefined
  readonly postalCode: string | undefined
}

export interface BankDetails {
  readonly account: Secret<Uint8Array>
  readonly routing: Secret<Uint8Array>
  readonly accountType: 'checking' | 'savings' | 'business'
}

export interface PayRequest {
  readonly tenant: TenantId
  readonly call: CallId
  /**
   * One for each attempt with details that were keyed in, however often it is sent, also after a crash: the provider charges once. What was
   * `succeeded`, `declined` or `needs-screen` is answered from the record from then on, so other details need another key.
   */
  readonly idempotencyKey: string
  readonly method:
    | { readonly kind: 'card'; readonly card: CardDetails }
    | { readonly kind: 'bank'; readonly bank: BankDetails }
  /** Absent: only make a payment method or token at the provider. */
  readonly charge:
    | { readonly amountMinor: number; readonly currency: string; readonly description: string }
    | undefined
  /** Opaque to us; goes to the provider: an order number. Never personal data. */
  readonly reference: string | undefined
}

export type PayResult =
  /** `providerToken`: the provider's name of the method, to be charged again. `paymentId`: of the charge. */
  | {
      readonly outcome: 'succeeded'
      readonly paymentId: string | null
      readonly providerToken: string | null
    }
  /** Refused for good with these details. `reason` is one of a closed set; `providerCode` is the provider's own word. */
  | { readonly outcome: 'declined'; readonly reason: DeclineReason; readonly providerCode: string | null }
  /** The bank wants the payer to prove themselves on a screen, which a telephone has not. Nothing was charged. */
  | { readonly outcome: 'needs-screen'; readonly providerCode: string | null }
  /** Nobody knows whether it was charged: it is asked again under the same key until it is known, never anew. */
  | { readonly outcome: 'unknown'; readonly providerCode: string | null }
  /** It was not charged, and may be tried again: the provider is away or misconfigured. */
  | { readonly outcome: 'failed'; readonly providerCode: string | null }

export type DeclineReason =
  | 'card-declined'
  | 'insufficient-funds'
  | 'expired-card'
  | 'wrong-number'
  | 'wrong-code'
  | 'wrong-expiry'
  | 'wrong-postal-code'
  | 'suspected-fraud'
  | 'not-supported'
  | 'limit-exceeded'
  | 'other'

/** What is known of a payment after its details are gone. */
export interface AskedPayment {
  readonly tenant: TenantId
  readonly idempotencyKey: string
  /** When it was first put on record, before anything was sent. */
  readonly askedAt: Date
}

/** A payment provider of the configuration. Never logs what it sends. */
export interface PaymentProvider extends AsyncDisposable {
  readonly id: string
  readonly kind: 'stripe' | 'adyen' | 'braintree' | 'https'
  readonly region: string | undefined
  /** Resolves with one of the outcomes; never rejects. Details are borrowed, and the caller's to zero. */
  pay(request: PayRequest, signal: AbortSignal): Promise<PayResult>
  /** What became of a payment whose outcome was `unknown`, or whose process died. */
  outcome(asked: AskedPayment, signal: AbortSignal): Promise<PayResult>
}

/** Payments as calls make them: on record before they are sent, so that neither a retry nor a crash nor a second press charges twice. */
export interface Payments {
  /** Rejects with `PaymentError` when the tenant may not use that provider, or the request cannot be put on record; nothing was sent then. */
  pay(provider: string, request: PayRequest, signal: AbortSignal): Promise<PayResult>
}
