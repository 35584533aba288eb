import { arrange, type Scene } from './arrangement.ts'
import type { CallLeg } from './call-leg.ts'
import type { ReferRequest } from './contract.ts'
import { DialledParty, partyOf, type PartyEnd } from './dialled-party.ts'
import { ChildLegs } from './child-legs.ts'
import type { Claim, DiallerHost, DialOrder, DialReport } from './dial-order.ts'
import { endReasons, referRingMs, referStatus } from './dial-words.ts'
import { hunt, letGo } from './hunt.ts'
import type { Live } from './live.ts'
import { placeLeg, type LegHooks, type LegOrder, type NotPlaced, type PlacedLeg } from './place-leg.ts'
import { switchboard, type Switchboard } from './switchboard.ts'
import { createId, type LegId } from '#kernel'

export type { Claim, DialOrder, DialReport } from './dial-order.ts'

type Third = { readonly party: DialledParty; readonly asked: NonNullable<Scene<LegId>['third']>['asked'] }

/** Whom a call dials beside its first leg, and who of them hears whom. */
export class Dialler {
  readonly #live: Live
  readonly #host: DiallerHost
  readonly #board: Switchboard
  /** All that were not settled yet, those that let go among them. */
  readonly #parties = new Set<DialledParty>()
  #other: DialledParty | undefined
  #third: Third | undefined
  #conversation: PromiseWithResolvers<{ why: PartyEnd; durationMs: number } | NotPlaced> | undefined
  readonly #children: ChildLegs
  #ring: DialOrder['ring'] = 'early'
  #isHeld = false

  constructor(live: Live, host: DiallerHost) {
    this.#live = live
    this.#host = host
    this.#children = new ChildLegs(live)
    this.#board = switchboard(live.deps.media, live.app.holdMusic)
  }

  /**
   * Dials, connects, and resolves when the first leg has nobody to talk with any more. `signal` ends it all. A caller whom nobody
   * answered is answered when somebody dialled answers, and hears their early media until then; `prepare` comes first.
   */
  async dial(order: DialOrder, signal: AbortSignal): Promise<DialReport> {
    const party = this.#newParty()
    this.#other = party
    this.#ring = order.ring
    const conversation = Promise.withResolvers<{ why: PartyEnd; durationMs: number } | NotPlaced>()
    this.#conversation = conversation
    const stop = () => this.#letAllGo('app-ended')
    signal.addEventListener('abort', stop, { once: true })
    const unlisten = this.#live.onMedia((event) => {
      if (event.kind === 'dtmf' && event.digit === '*' && order.hangupOnStar && this.#other?.isUp)
        this.#ended(this.#other, 'star')
    })
    try {
      this.#arrange()
      if (signal.aborted) stop()
      if (order.ring === 'music' && this.#live.app.holdMusic !== undefined) this.#live.early()
      const placed = await this.#huntFor(party, order)
      if (placed.ok) this.#up(party, placed, { timeLimitMs: order.timeLimitMs })
      else this.#failed(party, placed)
      if (party.isUp) await this.#live.ensureAnswered()
      if (party.isUp) order.connected?.()
      const answered = party.leg && this.#children.idOf(party.leg)
      const over = await conversation.promise
      return 'ok' in over
        ? { answered: false, failed: over }
        : { answered: true, endedBy: over.why, durationMs: over.durationMs, leg: answered }
    } finally {
      signal.removeEventListener('abort', stop)
      unlisten()
    }
  }

  /** Ends that one of those whom a `dial` called, ringing or connected, as if they had left. False when there is none of that name. */
  hangUp(id: LegId): boolean {
    const party = [this.#other, this.#third?.party].find(
      (one) => one?.leg && this.#children.idOf(one.leg) === id,
    )
    if (party?.isUp !== true) return this.#children.giveUp(id)
    this.#ended(party, 'api-hung-up')
    return true
  }

  /** Puts the first leg on hold, or takes it back. */
  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return
    this.#isHeld = isHeld
    this.#live.story(isHeld ? 'held' : 'unheld')
    this.#arrange()
  }

  /** Dials somebody whom the other side is to talk with first. False when there is nobody, or a third one already. */
  consult(order: Omit<LegOrder, 'near'>): boolean {
    if (!this.#other?.isUp || this.#third !== undefined) return false
    void this.#dialThird('consult', order)
    return true
  }

  /** Goes back to the conversation as it was. */
  cancelConsult(): void {
    const third = this.#third
    if (third?.asked === 'consult') this.#ended(third.party, 'app-ended')
  }

  /** Hands the first leg over to the third one, who may still be ringing. False when there is none. */
  complete(): boolean {
    const [old, third] = [this.#other, this.#third]
    if (third?.asked !== 'consult') return false
    this.#other = third.party
    this.#third = undefined
    this.#live.story('transferred', { by: 'app' })
    this.#arrange()
    if (old !== undefined) this.#settle(old, 'transferred')
    return true
  }

  /** A leg asks to have its peer call somebody else. */
  refer(leg: CallLeg, request: ReferRequest): { accept: true } | { status: number } {
    const isFirst = leg === this.#live.first
    const isPossible = this.#other?.isUp === true && (isFirst || leg === this.#other.leg)
    if (!isPossible || this.#third !== undefined) return { status: 488 }
    if (request.replaces !== undefined) return this.#attend(isFirst, request, request.replaces)
    if (this.#live.deps.trunk(leg.trunk)?.mayReferTo(request.to) !== true) return { status: 403 }
    const order = { to: request.to, from: undefined, via: 'refer' as const, ringTimeoutMs: referRingMs }
    void this.#dialThird(isFirst ? 'by-first' : 'by-other', order, request)
    return { accept: true }
  }

  /** Whom the first leg talks with, for a call that another leg of the same peer asked to have them. */
  claim(): Claim | undefined {
    const party = this.#other
    if (party?.leg === undefined || !party.isUp || this.#third !== undefined) return undefined
    const take = () => {
      const taken = this.#other === party ? party.surrender() : undefined
      if (taken === undefined) return undefined
      this.#parties.delete(party)
      this.#live.legs.release(taken.placed.leg)
      this.#other = undefined
      this.#arrange()
      void this.#live.end('transferred')
      return taken
    }
    return { leg: party.leg, prepare: async () => async () => {}, take }
  }

  /** Whether the first leg and this one talk, and nobody is consulted or called for. */
  talksWith(leg: CallLeg): boolean {
    return this.#other?.isUp === true && this.#other.leg === leg && this.#third === undefined
  }

  /** Whether the leg answered: until it does it belongs to whoever waits for that. */
  hasUp(leg: CallLeg): boolean {
    return [...this.#parties].some((party) => party.isUp && party.leg === leg)
  }

  /** A leg's dialog ended by itself, or its media did. */
  legEnded(leg: CallLeg, why: PartyEnd): void {
    this.#children.hungUp(leg)
    for (const party of [this.#third?.party, this.#other])
      if (party?.isUp && party.leg === leg) return this.#ended(party, why)
  }

  /** The first leg went. True when somebody took its place: a transfer that it asked for was under way. */
  firstLeft(): boolean {
    const [other, third] = [this.#other, this.#third]
    if (third?.asked !== 'by-first' || other?.leg === undefined || !other.isUp) return false
    this.#live.story('transferred', { by: 'caller' })
    this.#third = undefined
    this.#other = third.party
    this.#host.promote(other.leg)
    this.#arrange()
    return true
  }

  /** What a leg agreed to changed: it holds now, or no longer. */
  changed(): void {
    this.#arrange()
  }

  /** The call is over; resolves when all legs are, and their minutes are counted. */
  async close(): Promise<void> {
    this.#letAllGo('app-ended')
    await Promise.all([...this.#parties].map((party) => party.end()))
  }

  #newParty(): DialledParty {
    const party = new DialledParty(this.#live.deps.clock)
    this.#parties.add(party)
    return party
  }

  #huntFor(party: DialledParty, order: DialOrder): Promise<PlacedLeg | NotPlaced> {
    const isAlone = order.to.length === 1 || order.strategy === 'sequential'
    const hooks = this.#hooks(party, isAlone)
    const near = this.#live.leg
    /** Whoever is asked first is not heard meanwhile. */
    const answered = (leg: CallLeg) => {
      if (party.leg === leg) party.state = 'ringing'
      this.#arrange()
    }
    return hunt(
      order,
      (to, signal) => this.#children.place({ to, near, order, hooks, answered }, signal),
      (placed) => this.#letGo(placed),
      party.signal,
    )
  }

  /** Of several that ring at once nobody's own tones are heard. */
  #hooks(party: DialledParty, isAlone: boolean): LegHooks {
    const heard = (leg: CallLeg, state: 'ringing' | 'early') => {
      if (party.state === 'silent') this.#live.story('ringing')
      // What it plays by itself stays audible when a 180 follows.
      if (party.state === 'early' && party.leg === leg && state === 'ringing') return
      party.state = isAlone ? state : 'ringing'
      party.leg = isAlone ? leg : undefined
      if (party.state === 'early' && this.#ring === 'early') this.#live.early()
      this.#arrange()
    }
    return {
      watch: (leg) => this.#host.watch(leg),
      ringing: (leg) => heard(leg, 'ringing'),
      early: (leg) => heard(leg, 'early'),
    }
  }

  /** The peer has another call, and asks us to join those whom it talks with here and there (RFC 5589 §7). */
  #attend(isFirst: boolean, request: ReferRequest, name: LegId): { accept: true } | { status: number } {
    const claim = this.#host.claim(name)
    if (claim === undefined) return { status: 488 }
    void this.#join(claim, request, isFirst ? 'by-first' : 'by-other')
    return { accept: true }
  }

  async #join(claim: Claim, request: ReferRequest, asked: Third['asked']): Promise<void> {
    const { deps, leg: near, legs, receipt, log } = this.#live
    const party = this.#newParty()
    this.#third = { party, asked }
    this.#arrange()
    const isPermitted = await this.#live.audit('transfer.joining', { asked }).then(
      () => true,
      () => false, // the call is ending by that
    )
    if (!isPermitted) {
      request.notify(500)
      return this.#failed(party, { ok: false, why: 'refused' })
    }
    const goOn = await claim.prepare()
    const id = createId('leg', deps.clock.now(), deps.random)
    const isMoved = await claim.leg.move(
      id,
      near,
      this.#host.watch(() => claim.leg),
    )
    const taken = isMoved ? claim.take() : undefined
    request.notify(taken === undefined ? 503 : 200)
    if (taken !== undefined) {
      legs.add(claim.leg)
      receipt.legs.push(taken.placed.entry)
      this.#thirdUp(party, taken.placed, asked, taken.answeredAtMs)
    } else {
      if (isMoved) void claim.leg.close() // its own call ended meanwhile
      else void goOn().catch((error: unknown) => log.error('recording could not go on', { error }))
      this.#failed(party, { ok: false, why: 'unreachable' })
    }
    await this.#live.tell('call.referred', { outcome: taken === undefined ? 'unreachable' : 'answered' })
  }

  async #dialThird(
    asked: Third['asked'],
    order: Omit<LegOrder, 'near'>,
    request?: ReferRequest,
  ): Promise<void> {
    const party = this.#newParty()
    this.#third = { party, asked }
    this.#live.story('third.dialling', { asked })
    this.#arrange()
    const near = this.#live.leg
    const placed = await placeLeg(
      this.#live,
      { ...order, near },
      this.#hooks(party, true),
      party.signal,
    ).catch((error: unknown): NotPlaced => {
      this.#live.log.error('leg could not be placed', { error })
      return { ok: false, why: 'refused' }
    })
    if (request !== undefined) request.notify(placed.ok ? 200 : (placed.status ?? referStatus(placed)))
    if (placed.ok) this.#thirdUp(party, placed, asked)
    else this.#failed(party, placed)
    const outcome = placed.ok ? 'answered' : placed.why
    const refusal = placed.ok ? undefined : placed.refusal
    await this.#live.tell(asked === 'consult' ? 'call.consulted' : 'call.referred', { outcome, why: refusal })
  }

  #thirdUp(party: DialledParty, placed: PlacedLeg, asked: Third['asked'], answeredAtMs?: number): void {
    const isWaiting = this.#third?.party === party
    this.#up(party, placed, answeredAtMs === undefined ? {} : { answeredAtMs })
    if (!isWaiting || !party.isUp) return
    if (asked === 'by-first') this.firstLeft()
    if (asked !== 'by-other') return
    const old = this.#other
    this.#third = undefined
    this.#other = party
    this.#live.story('transferred', { by: 'callee' })
    this.#arrange()
    if (old !== undefined) this.#settle(old, 'transferred')
  }

  /** It answered. That may come too late, and its end may have come with it. */
  #up(party: DialledParty, placed: PlacedLeg, o: Parameters<DialledParty['up']>[1]): void {
    const isWanted = party === this.#other || party === this.#third?.party
    if (!isWanted) return this.#letGo(placed)
    party.up(placed, o, (why) => this.#ended(party, why))
    this.#live.story('leg.answered', { trunk: placed.leg.trunk, srtp: placed.entry.srtp?.suite ?? null })
    if (placed.leg.endedAs !== undefined) return this.#ended(party, 'callee-hung-up')
    this.#arrange()
  }

  #letGo(placed: PlacedLeg): void {
    this.#children.ended(placed.leg, { why: 'app-ended', durationMs: 0 })
    letGo(placed)
  }

  #failed(party: DialledParty, failed: NotPlaced): void {
    this.#parties.delete(party)
    if (this.#third?.party === party) this.#third = undefined
    if (this.#other === party) {
      this.#other = undefined
      this.#conversation?.resolve(failed)
    }
    this.#arrange()
  }

  #ended(party: DialledParty, why: PartyEnd): void {
    const { durationMs } = party
    if (party.leg === this.#live.first) return void this.#live.end(endReasons[why])
    if (this.#third?.party === party) this.#third = undefined
    else if (this.#other === party) this.#otherLeft(durationMs, why)
    this.#arrange()
    this.#settle(party, why)
  }

  /** Whoever is called for takes over, even while it still rings: that is how a transfer is handed on (RFC 5589 §6.1). */
  #otherLeft(durationMs: number, why: PartyEnd): void {
    const third = this.#third
    const isHandedOn = why === 'callee-hung-up' && third !== undefined && third.asked !== 'by-first'
    this.#other = isHandedOn ? third.party : undefined
    if (isHandedOn) this.#live.story('transferred', { by: 'callee' })
    else if (third !== undefined) this.#settle(third.party, 'app-ended')
    this.#third = undefined
    if (this.#other === undefined) this.#conversation?.resolve({ why, durationMs })
  }

  #letAllGo(why: PartyEnd): void {
    const [other, third] = [this.#other, this.#third]
    this.#other = this.#third = undefined
    this.#arrange()
    for (const party of [other, third?.party]) if (party !== undefined) this.#settle(party, why)
    this.#conversation?.resolve({ why, durationMs: other?.durationMs ?? 0 })
  }

  #settle(party: DialledParty, why: PartyEnd): void {
    const { isUp, durationMs, leg } = party
    if (isUp) this.#live.story('leg.ended', { why, durationMs })
    if (isUp && leg !== undefined) this.#children.ended(leg, { why, durationMs })
    void party.end().then(() => {
      this.#parties.delete(party)
      if (party.leg !== undefined) this.#live.legs.release(party.leg)
    })
  }

  #arrange(): void {
    const { first } = this.#live
    const third = this.#third
    // Nobody is there yet who could hear anybody; a caller whom nobody answered has the ringing of their own phone.
    if (first?.audio === undefined) return
    const arrangement = arrange({
      first: { leg: first.id, holds: first.isHeldByPeer },
      other: this.#other && partyOf(this.#other),
      third: third && { ...partyOf(third.party), asked: third.asked },
      held: this.#isHeld,
      ring: this.#ring,
      hasMusic: this.#live.app.holdMusic !== undefined,
    })
    this.#tellConsent(arrangement.bridge?.includes(first.id) === true)
    this.#board.apply(arrangement)
  }

  /** Whoever is recorded is known before they are heard. */
  #tellConsent(isBridged: boolean): void {
    const { leg, number, isUp } = this.#other ?? {}
    this.#live.consent.talksWith(
      isBridged && isUp === true && leg !== undefined ? { leg, number } : undefined,
    )
  }
}
