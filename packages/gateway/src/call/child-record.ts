import type { LegId } from '#kernel'
import type { Live } from './live.ts'

/** Keeps what is known of one of those whom a `dial` calls, from the moment they are dialled; each step replaces the one before. */
export interface ChildRecord {
  /** The guard let it happen, and chose the number that is shown. */
  admitted(from: string): void
  answered(): void
  ended(outcome: string, sipStatus: number | undefined): void
}

export function childRecord(
  live: Live,
  { id, to, from }: { readonly id: LegId; readonly to: string; readonly from: string | undefined },
): ChildRecord {
  const { deps } = live
  let leg = {
    id,
    call: live.id,
    tenant: live.tenant,
    from: from ?? '',
    to,
    state: 'ringing' as 'ringing' | 'active' | 'ended',
    outcome: null as string | null,
    sipStatus: null as number | null,
    startedAtMs: deps.clock.now(),
    answeredAtMs: null as number | null,
    endedAtMs: null as number | null,
  }
  const put = (change: Partial<typeof leg>) => {
    leg = { ...leg, ...change }
    deps.keep.leg(leg)
  }
  put({})
  return {
    admitted: (shown) => put({ from: shown }),
    answered: () => put({ state: 'active', answeredAtMs: deps.clock.now() }),
    ended: (outcome, sipStatus) =>
      put({ state: 'ended', outcome, sipStatus: sipStatus ?? null, endedAtMs: deps.clock.now() }),
  }
}
