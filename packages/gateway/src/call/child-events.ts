import { sid, type LegId } from '#kernel'
import { childRecord } from './child-record.ts'
import type { EventAddress } from './command-parts.ts'
import type { Live } from './live.ts'

/** Keeps and tells what becomes of one of those whom a `dial` calls; each step once, in order, and nothing after the end. */
export interface ChildEvents {
  readonly id: LegId
  /** The guard let it happen, and chose the number that is shown. */
  admitted(from: string): void
  ringing(): void
  answered(): void
  ended(o: {
    /** `answered`, or why it was not; who or what ended it. */
    readonly outcome: string
    readonly endedBy?: string
    readonly durationMs: number
    readonly sipStatus?: number | undefined
  }): void
}

/** Begins with `leg.dialling`. Without an address nothing is told: the app is asked when the `dial` is over. */
export function childEvents(
  live: Live,
  events: EventAddress | undefined,
  child: { readonly id: LegId; readonly to: string; readonly from: string | undefined },
): ChildEvents {
  const record = childRecord(live, child)
  const steps = ['leg.dialling', 'leg.ringing', 'leg.answered', 'leg.ended'] as const
  let at = -1
  let sequence = 0
  let { from } = child
  const tell = (step: (typeof steps)[number], more: object = {}) => {
    const place = steps.indexOf(step)
    if (place <= at || events === undefined) return
    at = place
    const named = { leg_id: child.id, leg_sid: sid('CA', child.id), ...(from !== undefined && { from }) }
    const about = { ...named, to: child.to, sequence }
    sequence += 1
    void live.tell(step, { ...about, ...more }, events)
  }
  tell('leg.dialling')
  return {
    id: child.id,
    admitted(shown) {
      from = shown
      record.admitted(shown)
    },
    ringing: () => tell('leg.ringing'),
    answered() {
      record.answered()
      tell('leg.answered')
    },
    ended({ outcome, endedBy, durationMs, sipStatus }) {
      record.ended(outcome, sipStatus)
      tell('leg.ended', {
        outcome,
        ...(endedBy !== undefined && { ended_by: endedBy }),
        duration_ms: durationMs,
        ...(sipStatus !== undefined && { sip_status: sipStatus }),
      })
    },
  }
}
