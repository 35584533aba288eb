import type { PaymentChange, PaymentRow } from '#db'
import type { DeclineReason, PayResult } from './contract.ts'

/** What is never asked of the provider again: it was charged, or refused for good. */
export function recordedResult(row: PaymentRow): PayResult | undefined {
  switch (row.state) {
    case 'succeeded':
      return { outcome: 'succeeded', paymentId: row.payment_id, providerToken: row.provider_token }
    case 'declined':
      return {
        outcome: 'declined',
        reason: (row.reason ?? 'other') as DeclineReason,
        providerCode: row.provider_code,
      }
    case 'needs-screen':
      return { outcome: 'needs-screen', providerCode: row.provider_code }
    case 'asked':
    case 'unknown':
    case 'failed':
      return undefined
  }
}

/** What a result changes in the row. */
export function changeOf(result: PayResult, at: Date): PaymentChange {
  const settled = { settled_at: at, next_at: null }
  switch (result.outcome) {
    case 'succeeded':
      return {
        state: 'succeeded',
        payment_id: result.paymentId,
        provider_token: result.providerToken,
        ...settled,
      }
    case 'declined':
      return { state: 'declined', reason: result.reason, provider_code: result.providerCode, ...settled }
    case 'needs-screen':
      return { state: 'needs-screen', provider_code: result.providerCode, ...settled }
    case 'failed':
      return { state: 'failed', provider_code: result.providerCode, ...settled }
    case 'unknown':
      return { state: 'unknown', provider_code: result.providerCode }
  }
}
