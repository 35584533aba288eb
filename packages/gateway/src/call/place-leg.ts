import type { DialAdmission, DialRefusal, DialRequest } from '#dialing'
import { createId, type LegId, type TrunkId } from '#kernel'
import { CallLeg, type LegWatcher } from './call-leg.ts'
import type { LegSignalling, PlaceFailure, SignallingSecurity } from './contract.ts'
import type { TrunkFacts } from './deps.ts'
import type { Live } from './live.ts'
import { srtpEntry, type LegEntry } from './receipt.ts'

/** One leg to be placed. */
export interface LegOrder {
  readonly to: string
  readonly from: string | undefined
  readonly via: DialRequest['via']
  readonly ringTimeoutMs: number
  /** A leg that it is to be bridged with. */
  readonly near: LegId | undefined
  /** The name of the first leg that is tried; those that follow have others. */
  readonly id?: LegId
  /** For a peer that is called by its SIP address. */
  readonly headers?: readonly (readonly [string, string])[]
}

export interface LegHooks {
  /** The guard let it happen: this number is shown. */
  readonly admitted?: (from: string) => void
  /** Hears all that happens to the leg from now on. */
  readonly watch: (leg: () => CallLeg) => LegWatcher
  /** 18x came: it rings. */
  readonly ringing: (leg: CallLeg) => void
  /** Its early media is connected. */
  readonly early: (leg: CallLeg) => void
}

export type Admitted = Extract<DialAdmission, { ok: true }>

export interface PlacedLeg {
  readonly ok: true
  readonly leg: CallLeg
  readonly lease: Admitted['lease']
  readonly entry: LegEntry
  readonly security: SignallingSecurity
  /** Who was called, by the number or address that was admitted. */
  readonly to: string
}

export interface NotPlaced {
  readonly ok: false
  /** `refused`: the guard did not let it happen. `declined`: whoever answered was asked, and is not to be connected. */
  readonly why: PlaceFailure['why'] | 'refused' | 'declined'
  readonly refusal?: DialRefusal
  readonly status?: number
  readonly cause?: string
  /** What they were called, where they had an id of their own. */
  readonly leg?: LegId
}

/** Asks the guard, then places the leg. Rejects when it cannot be audited. */
export async function placeLeg(
  live: Live,
  order: LegOrder,
  hooks: LegHooks,
  signal: AbortSignal,
): Promise<PlacedLeg | NotPlaced> {
  const admission = await admit(live, order)
  if (!admission.ok) return { ok: false, why: 'refused', refusal: admission.why }
  hooks.admitted?.(admission.from)
  return placeAdmitted(live, order, admission, hooks, signal)
}

/** Asks the guard whether the leg may be placed; what it refuses it has audited, and the story tells it. */
export async function admit(live: Live, order: LegOrder): Promise<DialAdmission> {
  const { to, from, via } = order
  const app = live.app.config.id as DialRequest['app']
  const request = { tenant: live.tenant, app, to, from, via, token: live.token }
  const admission = await live.deps.dialing.admit(request)
  if (!admission.ok) live.story('dial.refused', { via, why: admission.why })
  return admission
}

/** Places an admitted leg, through one trunk after the other while the fault lies with the trunk. Settles the lease on failure. */
export async function placeAdmitted(
  live: Live,
  order: LegOrder,
  admitted: Admitted,
  hooks: LegHooks,
  signal: AbortSignal,
): Promise<PlacedLeg | NotPlaced> {
  let placed: PlacedLeg | undefined
  try {
    const tried = await tryTrunks({ live, order, admitted, hooks, signal })
    if (!tried.ok) return tried
    placed = tried
    placed.lease.answered()
    return placed
  } finally {
    if (placed === undefined) await admitted.lease.ended()
  }
}

interface Placing {
  readonly live: Live
  readonly order: LegOrder
  readonly admitted: Admitted
  readonly hooks: LegHooks
  readonly signal: AbortSignal
}

async function tryTrunks(placing: Placing): Promise<PlacedLeg | NotPlaced> {
  const { live, order, admitted, signal } = placing
  // A number is hidden by the audit log, which cannot do that to an address.
  const to = admitted.to.startsWith('+') ? admitted.to : null
  await Promise.all([
    live.audit('dial.placing', { via: order.via, trunks: admitted.trunks.join(' '), to }),
    // Of a call that we place, whom it is to is in its row.
    order.via !== 'api' && live.deps.keep.party(live.id, live.tenant, admitted.to),
  ])
  const newId = () => createId('leg', live.deps.clock.now(), live.deps.random)
  let named = order.id
  let last: NotPlaced = { ok: false, why: 'unreachable' }
  for (const trunk of admitted.trunks) {
    if (signal.aborted) return { ok: false, why: 'cancelled' }
    const facts = live.deps.trunk(trunk)
    if (facts === undefined) continue
    const tried = await new Attempt(placing, trunk, facts, named ?? newId()).run()
    named = undefined
    if (tried.ok) return tried
    last = tried.failed
    live.story('dial.failed', { trunk, why: last.why, status: last.status ?? null })
    if (!tried.elsewhere) break
  }
  return last
}

interface Tried {
  readonly ok: false
  readonly failed: NotPlaced
  readonly elsewhere: boolean
}

/** One INVITE of ours, until it is answered or failed. */
class Attempt {
  readonly #placing: Placing
  readonly #leg: CallLeg
  readonly #entry: LegEntry
  readonly #outcome = Promise.withResolvers<PlacedLeg | Tried>()
  #isSettled = false
  #hasFailed = false

  constructor(placing: Placing, trunk: TrunkId, profile: TrunkFacts, id: LegId) {
    const { live, hooks, order } = placing
    this.#placing = placing
    const leg: CallLeg = new CallLeg({ id, trunk, profile, deps: live.deps, watcher: hooks.watch(() => leg) })
    this.#leg = leg
    this.#entry = listLeg(live, trunk, order.via)
    live.legs.add(leg)
  }

  async run(): Promise<PlacedLeg | Tried> {
    const { live, signal } = this.#placing
    const cancel = () => this.#settle(tried({ why: 'cancelled', elsewhere: false }))
    signal.addEventListener('abort', cancel, { once: true })
    try {
      const signalling = await this.#place()
      const result = await this.#outcome.promise
      if (!result.ok) return this.#close(result)
      this.#leg.signalling = signalling
      const { audio } = this.#leg
      Object.assign(this.#entry, {
        outcome: 'answered',
        sip: result.security,
        srtp: audio && srtpEntry(audio),
      })
      return result
    } catch (error) {
      live.log.error('leg could not be placed', { trunk: this.#leg.trunk, error })
      return this.#close(tried({ why: 'overloaded', elsewhere: false }))
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  async #place(): Promise<LegSignalling | undefined> {
    const { live, order, admitted, signal } = this.#placing
    const { to, from } = admitted
    const leg = this.#leg
    const port = await leg.openMedia(order.near)
    const app = live.app.config.id as DialRequest['app']
    const identity = await live.deps.signIdentity({ app, from, to })
    if (signal.aborted) this.#settle(tried({ why: 'cancelled', elsewhere: false }))
    if (this.#isSettled) return undefined
    this.#entry.identitySigned = identity !== undefined
    const own = to.startsWith('+') ? [] : (order.headers ?? [])
    const headers = [...(identity === undefined ? [] : [['Identity', identity] as const]), ...own]
    const offer = (localAddress: string) => leg.prepare(localAddress, port).offer()
    const { ringTimeoutMs } = order
    const call = { leg: leg.id, trunk: leg.trunk, to, from, ringTimeoutMs, headers, offer }
    const signalling = live.deps.place(call, this.#events())
    if (!this.#hasFailed) leg.signalling = signalling
    return signalling
  }

  #events(): Parameters<Live['deps']['place']>[1] {
    const { hooks, admitted } = this.#placing
    const leg = this.#leg
    return {
      ...leg.events(),
      ringing: () => {
        if (!this.#isSettled) hooks.ringing(leg)
      },
      early: (sdp) => {
        if (!this.#isSettled && leg.accept(sdp).ok) hooks.early(leg)
      },
      answered: (sdp, security) => {
        if (this.#isSettled) return false // it crossed our CANCEL
        const agreed = leg.accept(sdp)
        const { lease } = admitted
        if (agreed.ok) this.#settle({ ok: true, leg, lease, entry: this.#entry, security, to: admitted.to })
        else this.#settle(tried({ why: 'rejected', elsewhere: false, status: 488 }))
        return agreed.ok
      },
      failed: (failure) => {
        this.#hasFailed = true
        leg.signalling = undefined // there is nothing left to end
        this.#settle(tried(failure))
      },
    }
  }

  #settle(result: PlacedLeg | Tried): void {
    this.#isSettled = true
    this.#outcome.resolve(result)
  }

  /** A leg that came to nothing goes in its own time: nobody waits for the answer to a CANCEL. */
  #close(result: Tried): Tried {
    const { legs } = this.#placing.live
    this.#entry.outcome = result.failed.why
    void this.#leg.close().then(() => legs.release(this.#leg))
    return result
  }
}

function tried({ why, elsewhere, status, cause }: PlaceFailure): Tried {
  const told = { ...(status !== undefined && { status }), ...(cause !== undefined && { cause }) }
  return { ok: false, failed: { ok: false, why, ...told }, elsewhere }
}

/** An app may dial all day long; a receipt has an end. */
const maxListed = 200

function listLeg(live: Live, trunk: TrunkId, via: DialRequest['via']): LegEntry {
  const unanswered = { sip: null, srtp: null, identitySigned: false, durationMs: null }
  const entry: LegEntry = { trunk, via, ...unanswered, outcome: 'placing' }
  if (live.receipt.legs.length < maxListed) live.receipt.legs.push(entry)
  return entry
}
