import { randomBytes } from 'node:crypto'
import type { PaymentRow } from '#db'
import { createId, type TenantId } from '#kernel'
import type { ApiPayments } from './deps-vault.ts'

export interface FakeApiPayments {
  readonly deps: ApiPayments
  add(more?: Partial<PaymentRow>): PaymentRow
}

const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)) }

export function fakeApiPayments(): FakeApiPayments {
  const rows: PaymentRow[] = []
  return {
    add(more = {}) {
      const row: PaymentRow = {
        id: createId('pay', 1_700_000_000_000 + rows.length, random),
        tenant: 'acme' as TenantId,
        call_id: createId('call', 0, random),
        provider: 'cards',
        idempotency_key: `key ${rows.length}`,
        fingerprint: 'Marker-Fingerprint',
        method: 'card',
        amount_minor: 1_250,
        currency: 'EUR',
        reference: 'order 7',
        brand: 'visa',
        last_four: '4242',
        state: 'succeeded',
        reason: null,
        provider_code: null,
        payment_id: 'pi_1',
        provider_token: 'pm_1',
        node: 'a',
        attempts: 0,
        asked_at: new Date(0),
        settled_at: new Date(1_000),
        next_at: null,
        ...more,
      }
      rows.unshift(row)
      return row
    },
    deps: {
      list: async ({ tenant, limit, before, filter: { state, callId } }) =>
        rows
          .filter((row) => row.tenant === tenant && (before === undefined || row.id < before))
          .filter(
            (row) =>
              (state === undefined || row.state === state) &&
              (callId === undefined || row.call_id === callId),
          )
          .slice(0, limit),
      get: async (tenant, id) => rows.find((row) => row.tenant === tenant && row.id === id),
    },
  }
}
