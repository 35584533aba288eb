import { createId, sid, type LegId } from '#kernel'
import type { CallLeg } from './call-leg.ts'
import { childEvents, type ChildEvents } from './child-events.ts'
import type { EventAddress } from './command-parts.ts'
import type { PartyEnd } from './dialled-party.ts'
import { liveOfLeg } from './leg-live.ts'
import type { Live } from './live.ts'
import { placeLeg, type LegHooks, type LegOrder, type NotPlaced, type PlacedLeg } from './place-leg.ts'
import { prepareBridge, type BeforeBridge } from './whisper.ts'

/** How each of those whom a `dial` calls is called. */
export interface ChildOrder extends Omit<LegOrder, 'to' | 'near' | 'id'> {
  /** What whoever answers goes through before they are connected. */
  readonly before?: BeforeBridge
  /** Where it is told what becomes of them. */
  readonly events?: EventAddress | undefined
}

/** One of them. */
export interface Child {
  readonly to: string
  readonly near: LegId
  readonly order: ChildOrder
  readonly hooks: LegHooks
  /** They answered, and are asked something before they are connected. */
  readonly answered: (leg: CallLeg) => void
}

/** Those whom a call dials, each under an id of its own, until they may be connected, and what is told of them. */
export class ChildLegs {
  readonly #live: Live
  /** Those who answered and are asked before they are connected; aborts when they hang up. */
  readonly #asked = new Map<CallLeg, AbortController>()
  readonly #events = new Map<CallLeg, ChildEvents>()
  /** Those who did not answer yet, or are asked; aborts when they are not wanted any more. */
  readonly #waiting = new Map<LegId, AbortController>()

  constructor(live: Live) {
    this.#live = live
  }

  async place(
    { to, near, order, hooks, answered }: Child,
    signal: AbortSignal,
  ): Promise<PlacedLeg | NotPlaced> {
    const { deps } = this.#live
    const { via, from, ringTimeoutMs, headers = [], before, events: address } = order
    const id = createId('leg', deps.clock.now(), deps.random)
    const events = childEvents(this.#live, address, { id, to, from })
    const own = new AbortController()
    this.#waiting.set(id, own)
    const either = AbortSignal.any([signal, own.signal])
    const admitted = (shown: string) => events.admitted(shown)
    const ringing = (leg: CallLeg) => (events.ringing(), hooks.ringing(leg))
    const leg: LegOrder = { to, from, via, ringTimeoutMs, near, id, headers }
    try {
      const placed = await placeLeg(this.#live, leg, { ...hooks, admitted, ringing }, either)
      if (placed.ok) events.answered()
      if (placed.ok && before !== undefined) answered(placed.leg)
      const ready =
        placed.ok && before !== undefined
          ? await this.#ready(placed, { events, before, signal: either })
          : placed
      if (!ready.ok) return notReady(events, ready)
      this.#events.set(ready.leg, events)
      return ready
    } finally {
      this.#waiting.delete(id)
    }
  }

  /** Gives up one who is not connected yet. False when there is none of that name. */
  giveUp(id: LegId): boolean {
    this.#waiting.get(id)?.abort()
    return this.#waiting.has(id)
  }

  /** Its dialog or its media ended: whoever was asked something is not waited for. */
  hungUp(leg: CallLeg): void {
    this.#asked.get(leg)?.abort()
  }

  /** What whoever was dialled is called, for as long as they are connected. */
  idOf(leg: CallLeg): LegId | undefined {
    return this.#events.get(leg)?.id
  }

  /** It is not connected any more. */
  ended(leg: CallLeg, { why, durationMs }: { readonly why: PartyEnd; readonly durationMs: number }): void {
    this.#events.get(leg)?.ended({ outcome: 'answered', endedBy: why, durationMs })
    this.#events.delete(leg)
  }

  async #ready(
    placed: PlacedLeg,
    o: { readonly events: ChildEvents; readonly before: BeforeBridge; readonly signal: AbortSignal },
  ): Promise<PlacedLeg | NotPlaced> {
    const { leg, to } = placed
    const gone = new AbortController()
    const signal = AbortSignal.any([o.signal, gone.signal])
    this.#asked.set(leg, gone)
    if (leg.endedAs !== undefined) gone.abort()
    this.#live.consent.met({ leg, number: to })
    const about = { leg_id: o.events.id, leg_sid: sid('CA', o.events.id), leg_to: to }
    try {
      const isWanted = await prepareBridge(liveOfLeg(this.#live, leg, signal), o.before, about, signal)
      if (isWanted && leg.endedAs === undefined) return placed
    } finally {
      this.#asked.delete(leg)
    }
    this.#live.story('leg.declined', { trunk: leg.trunk })
    void leg.close().then(() => this.#live.legs.release(leg))
    void placed.lease.ended()
    placed.entry.outcome = 'declined'
    return { ok: false, why: o.signal.aborted ? 'cancelled' : 'declined' }
  }
}

function notReady(events: ChildEvents, failed: NotPlaced): NotPlaced {
  events.ended({ outcome: failed.why, durationMs: 0, sipStatus: failed.status })
  return { ...failed, leg: events.id }
}
