import type { ConsentChoiceRow, ConsentRow } from '#db'
import { createId, type TenantId } from '#kernel'
import type { ApiConsents } from './deps-consents.ts'

/** What people said and chose, in memory, for tests. */
export interface FakeConsents {
  readonly deps: ApiConsents
  readonly rows: ConsentRow[]
  add(row?: Partial<ConsentRow>): ConsentRow
}

let made = 0

export function fakeConsents(): FakeConsents {
  const rows: ConsentRow[] = []
  const choices = new Map<string, ConsentChoiceRow>()
  const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) }
  return {
    rows,
    add(row = {}) {
      const at = new Date(1_700_000_000_000 + made * 1_000)
      const whole: ConsentRow = {
        id: createId('cns', at.getTime(), random),
        tenant: 'acme' as TenantId,
        call_id: createId('call', at.getTime(), random),
        party: 'caller',
        party_index: '+493012345678',
        required: 'opt-in',
        rule: 'DE',
        state: 'given',
        how: 'key',
        at,
        ...row,
      }
      rows.push(whole)
      return whole
    },
    deps: {
      rules: () => [{ jurisdiction: 'DE', level: 'opt-in', source: 'StGB §201' }],
      list: async ({ tenant, limit, before, filter }) =>
        rows
          .filter((row) => row.tenant === tenant && (before === undefined || row.id < before))
          .filter((row) => filter.call === undefined || row.call_id === filter.call)
          .filter((row) => filter.number === undefined || row.party_index === filter.number)
          .toSorted((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      choice: async (tenant, number) => choices.get(`${tenant} ${number}`),
      async choose({ tenant, number, choice, by }) {
        const row = { tenant, party_index: number, choice, set_by: by, set_at: new Date(1_700_000_000_000) }
        choices.set(`${tenant} ${number}`, row)
      },
      forget: async (tenant, number) => choices.delete(`${tenant} ${number}`),
    },
  }
}
