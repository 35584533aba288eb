import type { OpenPayment, PaymentStore } from '#db'
import type { CallId, Clock, Log, PaymentsConfig, Random, TenantId } from '#kernel'
import type { PaymentProvider, PayResult } from './contract.ts'

/** Why a tenant may not pay through a provider; undefined: it may. */
export type PaymentRefusal = 'provider-unknown' | 'tenant' | 'region' | 'stream-only' | undefined

export interface PaymentsDeps {
  readonly providers: ReadonlyMap<string, PaymentProvider>
  readonly store: PaymentStore
  /** Whether the tenant may pay through the provider. */
  readonly mayPay: (tenant: TenantId, provider: string) => PaymentRefusal
  /** 32 bytes, the same for the same tenant and purpose. Throws while the tenant's keys are closed. */
  readonly hmacKey: (tenant: TenantId, purpose: string) => Uint8Array
  /** Resolves once the entry is durable; only then may what it permits happen. */
  readonly audit: (event: {
    readonly type: string
    readonly tenant: TenantId
    readonly call?: CallId | undefined
    readonly actor: string
    readonly fields: Readonly<Record<string, string | number | boolean | null>>
  }) => Promise<unknown>
  /**
   * Tells whoever asked for it what became of a payment of which nobody knew that, after their call. Resolves once it is told for good; told again
   * it changes nothing. While it rejects the payment stays open.
   */
  readonly settledLater: (row: OpenPayment, result: PayResult) => Promise<void>
  readonly outcome: PaymentsConfig['outcome']
  readonly node: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
}
