import type { PageOptions } from './resources.ts'

/** There is none for card security codes and PINs: those are never kept. */
export type VaultTokenKind =
  | 'card'
  | 'card-expiry'
  | 'bank-account'
  | 'bank-routing'
  | 'iban'
  | 'ssn'
  | 'national-id'
  | 'postal-code'
  | 'account'
  | 'phone'
  | 'email'
  | 'person'
  | 'address'
  | 'other'

/** What may be shown of a token: nothing that brings the value back. */
export interface VaultToken {
  readonly token: string
  /** What the audit log calls it. */
  readonly id: string
  readonly kind: VaultTokenKind
  /** What it may be revealed for. */
  readonly purposes: readonly string[]
  /** Empty for kinds of which nothing may be shown. */
  readonly masked: string
  readonly brand: string | null
  readonly call_id: string | null
  readonly created_at: string
  readonly expires_at: string | null
}

export interface NewVaultToken {
  readonly kind: VaultTokenKind
  readonly value: string
  /** `shaped`, for cards: as many digits, the last four the same, and never a number that passes for a card's. Default: `random`. */
  readonly shape?: 'random' | 'shaped'
  readonly purposes: readonly string[]
  readonly call_id?: string
  /** How long it lives; default: the tenant's policy. */
  readonly ttl_s?: number
}

/** A payment that a call asked for. */
export interface Payment {
  readonly id: string
  readonly call_id: string | null
  readonly provider: string
  readonly method: 'card' | 'bank'
  /** In the currency's smallest unit; null when nothing is charged. */
  readonly amount_minor: number | null
  readonly currency: string | null
  readonly reference: string | null
  readonly brand: string | null
  readonly last_four: string | null
  /** `unknown`: nobody knows yet whether it was charged; it is looked up until it is known. `failed`: it was not charged. */
  readonly state: 'asked' | 'succeeded' | 'declined' | 'needs-screen' | 'unknown' | 'failed'
  /** Why it was declined. */
  readonly reason: string | null
  /** The provider's own word. */
  readonly provider_code: string | null
  /** Of the charge, at the provider. */
  readonly payment_id: string | null
  /** The provider's name of the payment method. */
  readonly provider_token: string | null
  readonly asked_at: string
  readonly settled_at: string | null
}

export interface PaymentListOptions extends PageOptions {
  readonly state?: Payment['state']
  readonly callId?: string
}
