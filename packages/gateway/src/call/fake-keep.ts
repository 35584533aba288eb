import type { Keep } from './deps.ts'
import type { FakeWorld } from './fake-world.ts'

/** For tests: what is kept of a call, told in `trace`. */
export function fakeKeep(
  trace: string[],
  receipts: object[],
  stories: string[],
  kept: FakeWorld['kept'],
): Keep {
  return {
    begin: async () => void trace.push('kept'),
    update: async (_tenant, _call, change) => {
      if (change.variables !== undefined) kept.variables = change.variables
      if (change.endReason !== undefined) trace.push(`ended ${change.endReason}`)
      if (change.receipt !== undefined) receipts.push(structuredClone(change.receipt))
    },
    story: (_call, _tenant, kind) => void stories.push(kind),
    party: async () => {},
    leg: (leg) => void kept.legs.push(leg),
    consent: async ({ party, state }) => void trace.push(`consent ${party} ${state}`),
    shredRecordings: async () => (trace.push('shred'), 1),
    audit: async (event) => void trace.push(`audit ${event.type}`),
    beginRecording: (_call, _tenant, id) => ({
      spec: { id, path: '/x', header: new Uint8Array(), dataKey: new Uint8Array(32), fsyncMs: 0 },
      keyRef: 'local:1',
      listed: Promise.resolve(),
    }),
    endRecording: async (_, outcome) => void trace.push(`listed ${outcome.state}`),
    end: async () => void trace.push('audit call.ended'),
    ladder: () => [],
  }
}
