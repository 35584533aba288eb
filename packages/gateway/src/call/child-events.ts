import { sid, type LegId } from '#kernel'
import type { EventAddress } from './command-parts.ts'
import type { Live } from './live.ts'

/** Tells what becomes of one of those whom a `dial` calls; each step once, in order, and nothing after the end. */
export interface ChildEvents {
  readonly id: LegId
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
  child: { readonly id: LegId; readonly to: string },
): ChildEvents {
  const steps = ['leg.dialling', 'leg.ringing', 'leg.answered', 'leg.ended'] as const
  let at = -1
  let sequence = 0
  const tell = (step: (typeof steps)[number], more: object = {}) => {
    const place = steps.indexOf(step)
    if (place <= at || events === undefined) return
    at = place
    const about = { leg_id: child.id, leg_sid: sid('CA', child.id), to: child.to, sequence }
    sequence += 1
    void live.tell(step, { ...about, ...more }, events)
  }
  tell('leg.dialling')
  return {
    id: child.id,
    ringing: () => tell('leg.ringing'),
    answered: () => tell('leg.answered'),
    ended: ({ outcome, endedBy, durationMs, sipStatus }) =>
      tell('leg.ended', {
        outcome,
        ...(endedBy !== undefined && { ended_by: endedBy }),
        duration_ms: durationMs,
        ...(sipStatus !== undefined && { sip_status: sipStatus }),
      }),
  }
}
