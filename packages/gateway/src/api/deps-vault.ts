import type { PaymentRow } from '#db'
import type { CallId, PaymentId, TenantId } from '#kernel'
import type { TokenVault } from '#tokens'
import type { PageOf } from './deps.ts'

/** Values under tokens; the `TokenVault` of #tokens fits. It audits for itself, before anything leaves or changes. */
export type ApiVault = TokenVault

/** Payments that calls asked for. */
export interface ApiPayments {
  /** Newest first. */
  list(
    page: PageOf<{ readonly state: PaymentRow['state'] | undefined; readonly callId: CallId | undefined }>,
  ): Promise<readonly PaymentRow[]>
  get(tenant: TenantId, id: PaymentId): Promise<PaymentRow | undefined>
}
