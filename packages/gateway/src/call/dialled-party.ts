import type { Clock, LegId } from '#kernel'
import type { Party, PartyState } from './arrangement.ts'
import type { CallLeg } from './call-leg.ts'
import { limitBy } from './lease-limit.ts'
import type { PlacedLeg } from './place-leg.ts'

/** Why somebody we dialled is no longer there. */
export type PartyEnd =
  | 'callee-hung-up'
  | 'star' // the caller pressed it
  | 'time-limit' // the command's
  | 'limit-reached' // what is left of the day's minutes or spend
  | 'media-silent'
  | 'connection-lost'
  | 'transferred' // another one took its place
  | 'api-hung-up' // `hangup` with its id
  | 'app-ended' // newer commands, or the call's end

/** Somebody whom the call dials: first perhaps several legs that ring, then the one that answered. */
export class DialledParty {
  readonly #clock: Clock
  readonly #cancel = new AbortController()
  readonly #timers: (() => void)[] = []
  #placed: PlacedLeg | undefined
  #answeredAtMs = 0
  #settled: Promise<void> | undefined
  state: PartyState = 'silent'
  /** The one leg that rings, or that answered. */
  leg: CallLeg | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Aborts when it is no longer wanted. */
  get signal(): AbortSignal {
    return this.#cancel.signal
  }

  get isUp(): boolean {
    return this.#placed !== undefined && this.#settled === undefined
  }

  /** Who answered. */
  get number(): string | undefined {
    return this.#placed?.to
  }

  get durationMs(): number {
    return this.#placed === undefined ? 0 : Math.round(this.#clock.monotonicMs() - this.#answeredAtMs)
  }

  /** It answered: from now on it has this leg. `expired` is told when its time is up. */
  up(
    placed: PlacedLeg,
    o: { readonly timeLimitMs?: number | undefined; readonly answeredAtMs?: number },
    expired: (why: PartyEnd) => void,
  ): void {
    const { timeLimitMs, answeredAtMs = this.#clock.monotonicMs() } = o
    this.#placed = placed
    this.#answeredAtMs = answeredAtMs
    this.leg = placed.leg
    this.state = 'up'
    this.#timers.push(limitBy(placed.lease, this.#clock, () => expired('limit-reached'), answeredAtMs))
    if (timeLimitMs !== undefined)
      this.#timers.push(this.#clock.set(timeLimitMs, () => expired('time-limit')))
  }

  /** Ends it, dialled or up; resolves when its leg is over and its minutes are counted. Never rejects. */
  end(): Promise<void> {
    this.#settled ??= this.#settle()
    return this.#settled
  }

  /** Gives the leg away, as it is, lease and all; undefined when there is none to give. */
  surrender(): { readonly placed: PlacedLeg; readonly answeredAtMs: number } | undefined {
    if (this.#placed === undefined || this.#settled !== undefined) return undefined
    for (const cancel of this.#timers) cancel()
    this.#settled = Promise.resolve()
    return { placed: this.#placed, answeredAtMs: this.#answeredAtMs }
  }

  async #settle(): Promise<void> {
    for (const cancel of this.#timers) cancel()
    this.#cancel.abort()
    if (this.#placed === undefined) return
    const { leg, lease, entry } = this.#placed
    entry.durationMs = this.durationMs
    await Promise.all([leg.close(), lease.ended()])
  }
}

/** As who hears whom is decided by it. */
export function partyOf({ state, leg }: DialledParty): Party<LegId> {
  return { state, leg: leg?.id, holds: leg?.isHeldByPeer ?? false }
}
