import { dialogKey, type Dialog } from '@voxkeep/wire/dialog'
import { parseCSeq, type SipMessage, type SipRequest } from '@voxkeep/wire/sip'
import type { ServerTransaction } from '@voxkeep/wire/transaction'
import type {
  HangupReason,
  LegSignalling,
  ReferOutcome,
  ReferTarget,
  SignallingEnd,
  SignallingEvents,
} from '#call'
import type { Clock, LegId } from '#kernel'
import type { ChallengeAnswers } from './challenge-answers.ts'
import type { SipConnection } from './connection.ts'
import { EdgeError } from './edge-error.ts'
import type { LegTable } from './leg-table.ts'
import type { Peer, Peers } from './peers.ts'
import { reasonHeaders, reasonOf } from './reason.ts'
import { sendRefer } from './refer-out.ts'
import { Referrals } from './referrals.ts'
import { sessionKeeper, type SessionKeeper } from './session-keeper.ts'
import { sessionOffers, type SessionOffers } from './session-offers.ts'
import type { SessionTimerOffer } from './session-timer.ts'
import type { Trunk } from './trunk.ts'

export type PeerTransaction = ServerTransaction<SipConnection>

export interface DialogLegDeps {
  readonly clock: Clock
  readonly peers: Peers
  /** In [0, 1). */
  readonly chance: () => number
  readonly legs: LegTable
  /** Nothing will come for this leg any more: it leaves the table. May be called again. */
  readonly retire: (leg: DialogLeg) => void
}

/** What of a leg depends on who sent the first INVITE. Asked only before the dialog is confirmed. */
export interface Opening {
  /** Ends an INVITE without an answer: our refusal, or our CANCEL. It sees to `end`. */
  abandon(why: SignallingEnd, reason: HangupReason | undefined): Promise<void>
  /** BYE within the early dialog (RFC 3261 §15); it is answered already. It sees to `end`. */
  byeFromPeer(bye: SipRequest): void
  /** Settles once a BYE of ours may be sent: a 2xx of ours must be acknowledged or given up first. Never rejects. */
  readonly acknowledged: Promise<void>
  /** An offer and its answer were exchanged reliably before the 2xx, so that UPDATE may bring the next (RFC 3311 §5.1). */
  readonly hasEarlySession: boolean
  /** Serves PRACK, where a provisional response of ours can be waiting for it. */
  readonly prack?: (transaction: PeerTransaction) => void
}

export interface DialogLegSpec {
  readonly id: LegId
  readonly trunk: Trunk
  readonly dialog: Dialog
  readonly connection: SipConnection
  /** Our `host:port` as the peer knows it. */
  readonly localHostPort: string
  /** We made the Call-ID: after glare we wait longer (RFC 3261 §14.1). */
  readonly ownsCallId: boolean
  readonly opening: Opening
  /** What answers a peer that challenges our requests; only where we called. */
  readonly challenges?: ChallengeAnswers
}

/**
 * `early`: the INVITE has no 2xx yet. `answered`: our 2xx is out and not acknowledged. `over`: reported as ended; a BYE or
 * the notifications of a REFER may still be under way.
 */
export type LegState = 'early' | 'answered' | 'confirmed' | 'over'

/** One dialog of a call, whoever began it: its state, what it may send, and how it ends. `receiveInLeg` serves its requests. */
export class DialogLeg implements LegSignalling, Peer {
  readonly id: LegId
  readonly trunk: Trunk
  readonly key: string
  readonly localHostPort: string
  readonly contact: string
  readonly ownsCallId: boolean
  readonly opening: Opening
  readonly challenges: ChallengeAnswers | undefined
  readonly keeper: SessionKeeper
  readonly offers: SessionOffers
  readonly referrals: Referrals
  readonly deps: DialogLegDeps
  dialog: Dialog
  connection: SipConnection
  #state: LegState = 'early'
  #localSdp: Uint8Array = new Uint8Array(0)
  #events: SignallingEvents | undefined
  #hangup: Promise<void> | undefined
  #peerAllows: ReadonlySet<string> = new Set()
  #isByeDone = false
  readonly #over = new AbortController()
  readonly #acks = new Map<number, (ack: SipRequest) => void>()
  #offeredIn: number | undefined
  readonly #ackWaiters: (() => void)[] = []

  constructor(spec: DialogLegSpec, deps: DialogLegDeps) {
    this.id = spec.id
    this.trunk = spec.trunk
    this.dialog = spec.dialog
    this.key = dialogKey(spec.dialog)
    this.localHostPort = spec.localHostPort
    this.contact = contactOf(spec.localHostPort, spec.dialog.secure)
    this.connection = spec.connection
    this.ownsCallId = spec.ownsCallId
    this.opening = spec.opening
    this.challenges = spec.challenges
    this.deps = deps
    this.keeper = sessionKeeper({
      clock: deps.clock,
      chance: deps.chance,
      ownsCallId: spec.ownsCallId,
      refresh: (headers, isDue) => this.offers.refresh(headers, isDue),
      giveUp: () => void this.bye('connection-lost'),
    })
    this.offers = sessionOffers(this)
    this.referrals = new Referrals(this)
  }

  get state(): LegState {
    return this.#state
  }
  get events(): SignallingEvents | undefined {
    return this.#events
  }
  /** What we said last of our side of the session. */
  get localSdp(): Uint8Array {
    return this.#localSdp
  }
  /** Aborts when the leg is over. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  listen(events: SignallingEvents): void {
    this.#events = events
  }

  /** Our 2xx to the first INVITE is out. */
  answered(): void {
    if (this.#state === 'early') this.#state = 'answered'
  }

  /** The dialog is confirmed. `dialog`: as the 2xx made it, where the peer answered (its route may be new). */
  confirm(timer: SessionTimerOffer, dialog?: Dialog): void {
    if (this.#state !== 'early' && this.#state !== 'answered') return
    this.#state = 'confirmed'
    if (dialog !== undefined) this.dialog = dialog
    this.keeper.agree(timer)
  }

  reoffer(sdp: string): Promise<Uint8Array> {
    return this.offers.reoffer(sdp)
  }

  refer(target: ReferTarget): Promise<ReferOutcome> {
    return sendRefer(this, target)
  }

  hangup(reason?: HangupReason): Promise<void> {
    return (this.#hangup ??= this.#hangUp('gateway-hung-up', reason))
  }

  /** Like `hangup`, with a word of its own. */
  finish(why: SignallingEnd, reason?: HangupReason): Promise<void> {
    return (this.#hangup ??= this.#hangUp(why, reason))
  }

  /** BYE at once. Does nothing when the leg is over. */
  async bye(why: SignallingEnd, reason?: HangupReason): Promise<void> {
    if (this.#state === 'over') return
    this.#close()
    const { peers } = this.deps
    const connection = await peers.reach(this)
    this.#events?.ended(connection === undefined && why === 'gateway-hung-up' ? 'connection-lost' : why)
    if (connection !== undefined)
      await peers.request(this, 'BYE', { headers: reasonHeaders(reason ?? reasonOf(why)) })
    this.#byeDone()
  }

  /** BYE came in a dialog that is answered, and is answered itself. */
  hungUpByPeer(): void {
    // While our own BYE waits for its answer, that answer retires the leg.
    if (this.#state !== 'over') this.end('caller-hung-up')
  }

  /** The leg is over without a BYE of ours. Does nothing when it was already. */
  end(why: SignallingEnd): void {
    if (this.#state === 'over') return
    this.#close()
    this.#events?.ended(why)
    this.#byeDone()
  }

  /** Leaves the table once neither the session nor a REFER's subscription needs the dialog any more (RFC 5057 §4). */
  settle(): void {
    if (this.#isByeDone && !this.referrals.isOpen) this.deps.retire(this)
  }

  /** Takes what a message of the peer says about what it takes. */
  learn(message: SipMessage): void {
    if (!message.headers.has('Allow')) return
    this.#peerAllows = new Set(message.headers.getAll('Allow').map((method) => method.toUpperCase()))
  }

  peerAllows(method: string): boolean {
    return this.#peerAllows.has(method)
  }

  keepSdp(sdp: string): Uint8Array {
    this.#localSdp = new TextEncoder().encode(sdp)
    return this.#localSdp
  }

  /** Calls `take` once with the ACK of our 2xx to the INVITE with this CSeq. `isOffer`: the 2xx had our offer. */
  awaitAck(seq: number, take: (ack: SipRequest) => void, isOffer = false): void {
    this.#acks.set(seq, take)
    if (isOffer) this.#offeredIn = seq
  }

  /** Whether another INVITE may be answered before the earlier ones were acknowledged. */
  get mayAwaitAck(): boolean {
    return this.#acks.size < maxUnacknowledged
  }

  /** An offer of ours waits for its answer: another offer meets 491 (RFC 3261 §14.2). */
  get isOffering(): boolean {
    return this.offers.isOpen || (this.#offeredIn !== undefined && this.#acks.has(this.#offeredIn))
  }

  /** The ACK to a 2xx of ours. */
  acknowledge(ack: SipRequest): void {
    const seq = parseCSeq(ack.headers.get('CSeq') ?? '')?.seq ?? -1
    const take = this.#acks.get(seq)
    this.#acks.delete(seq)
    take?.(ack)
    this.#tellAcknowledged()
  }

  /** Resolves when no 2xx of ours waits for its ACK, or the leg is over. */
  whenAcknowledged(): Promise<void> {
    return new Promise((resolve) => {
      this.#ackWaiters.push(resolve)
      this.#tellAcknowledged()
    })
  }

  #tellAcknowledged(): void {
    if (this.#acks.size === 0) for (const resolve of this.#ackWaiters.splice(0)) resolve()
  }

  async #hangUp(why: SignallingEnd, reason: HangupReason | undefined): Promise<void> {
    if (this.#state === 'early') return await this.opening.abandon(why, reason)
    await this.opening.acknowledged
    await this.bye(why, reason)
  }

  #close(): void {
    this.#state = 'over'
    this.keeper.stop()
    this.#acks.clear()
    this.#tellAcknowledged()
    this.#over.abort(new EdgeError('EDGE_LEG_OVER', 'the leg has ended'))
  }

  #byeDone(): void {
    this.#isByeDone = true
    this.settle()
  }
}

/** INVITEs of one dialog whose 2xx waits for its ACK; a peer that never acknowledges gets no more of them. */
const maxUnacknowledged = 4

/** Our Contact. RFC 3261 §12.1.1: a SIPS dialog has SIPS contacts. */
export function contactOf(localHostPort: string, secure: boolean): string {
  return secure ? `<sips:${localHostPort}>` : `<sip:${localHostPort};transport=tls>`
}
