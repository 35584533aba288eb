import type { CallId, PaymentId, TenantId } from '#kernel'

export type PaymentState = 'asked' | 'succeeded' | 'declined' | 'needs-screen' | 'unknown' | 'failed'

/** A payment as it is kept: no number, no security code, no holder. */
export interface PaymentRow {
  readonly id: PaymentId
  readonly tenant: TenantId
  /** Null once the person it leads to was erased. */
  readonly call_id: CallId | null
  /** The provider's name in the configuration. */
  readonly provider: string
  readonly idempotency_key: string
  /** Keyed hash of everything that makes it this payment and no other, lower-case hex. */
  readonly fingerprint: string
  readonly method: 'card' | 'bank'
  /** Null: nothing is charged, only a payment method made. */
  readonly amount_minor: number | null
  readonly currency: string | null
  readonly reference: string | null
  readonly brand: string | null
  readonly last_four: string | null
  readonly state: PaymentState
  /** Why it was declined: a word of a closed set. */
  readonly reason: string | null
  /** The provider's own word. */
  readonly provider_code: string | null
  /** Of the charge, at the provider. */
  readonly payment_id: string | null
  /** The provider's name of the payment method, with which it can be charged again. */
  readonly provider_token: string | null
  readonly node: string
  /** How often its outcome was asked for after nobody knew it. */
  readonly attempts: number
  readonly asked_at: Date
  readonly settled_at: Date | null
  /** When its outcome is asked for next; null: never again. */
  readonly next_at: Date | null
}

/** Tables of `migrations/*-payments.ts`. */
export interface PaymentsSchema {
  payments: Omit<PaymentRow, 'reference' | 'provider_token'> & {
    reference_sealed: string | null
    provider_token_sealed: string | null
  }
}
