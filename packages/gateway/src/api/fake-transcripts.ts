import type { TranscriptRow } from '#db'
import { createId, type CallId, type TenantId } from '#kernel'
import type { ApiTranscripts } from './deps-transcripts.ts'

/** Transcripts in memory, for tests. */
export interface FakeTranscripts {
  readonly deps: ApiTranscripts
  add(call: CallId, lines: readonly unknown[], row?: Partial<TranscriptRow>): TranscriptRow
  isBroken: boolean
}

let made = 0

export function fakeTranscripts(): FakeTranscripts {
  const kept: { readonly row: TranscriptRow; readonly lines: readonly unknown[] }[] = []
  const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) }
  const fake: FakeTranscripts = {
    isBroken: false,
    add(call, lines, more = {}) {
      const at = new Date(1_700_000_000_000)
      const row: TranscriptRow = {
        id: createId('trn', at.getTime(), random),
        call_id: call,
        tenant: 'acme' as TenantId,
        node: 'n',
        content: 'redacted',
        state: 'sealed',
        started_at: at,
        ended_at: at,
        bytes: 100,
        segments: 1,
        lines: lines.length,
        sha256: 'ab'.repeat(32),
        key_ref: 'tky_1',
        policy: 'care',
        engine: 'ears',
        language: 'en-US',
        ...more,
      }
      kept.push({ row, lines })
      return row
    },
    deps: {
      ofCall: async (tenant, call) =>
        kept.filter(({ row }) => row.tenant === tenant && row.call_id === call).map(({ row }) => row),
      async read({ id }) {
        if (fake.isBroken) throw new Error('a byte was changed')
        return { lines: kept.find(({ row }) => row.id === id)?.lines ?? [] }
      },
    },
  }
  return fake
}
