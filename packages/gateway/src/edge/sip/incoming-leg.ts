import type { Dialog } from '@voxkeep/wire/dialog'
import { parseCSeq, type SipMessage, type SipRequest } from '@voxkeep/wire/sip'
import type {
  HangupReason,
  ReferOutcome,
  ReferTarget,
  Signalling,
  SignallingEnd,
  SignallingEvents,
} from '#call'
import type { LegId } from '#kernel'
import { DialogLeg, type DialogLegDeps, type Opening, type PeerTransaction } from './dialog-leg.ts'
import { EdgeError } from './edge-error.ts'
import { respondTo, retryAfterS, successHeaders, type ResponseParts } from './own-headers.ts'
import { EarlyResponses } from './reliable-early.ts'
import type { SessionTimerOffer } from './session-timer.ts'
import type { Trunk } from './trunk.ts'

export interface LegDeps extends DialogLegDeps {
  /** Notes, for the ladder, a message that does not carry our tag. */
  readonly record: (leg: DialogLeg, direction: 'received' | 'sent', message: SipMessage) => void
}

export interface LegSpec {
  readonly id: LegId
  readonly trunk: Trunk
  readonly dialog: Dialog
  readonly transaction: PeerTransaction
  readonly sessionTimer: SessionTimerOffer
  readonly localHostPort: string
  /** The leg that this one is to take the place of. */
  readonly replaces: DialogLeg | undefined
}

/** A call that came to us, from its INVITE on: what `call` holds. */
export class IncomingLeg implements Signalling, Opening {
  readonly inner: DialogLeg
  readonly replaces: DialogLeg | undefined
  readonly early: EarlyResponses
  #isAnswering = false
  readonly #invite: PeerTransaction
  readonly #sessionTimer: SessionTimerOffer
  readonly #deps: LegDeps
  readonly #acked = Promise.withResolvers<Uint8Array>()

  constructor(spec: LegSpec, deps: LegDeps) {
    const { transaction, sessionTimer, replaces, ...rest } = spec
    this.replaces = replaces
    this.#invite = transaction
    this.#sessionTimer = sessionTimer
    this.#deps = deps
    this.#acked.promise.catch(() => {}) // whoever called `answer` hears of it
    this.inner = new DialogLeg(
      { ...rest, connection: transaction.flow, ownsCallId: false, opening: this },
      deps,
    )
    this.inner.learn(transaction.request)
    this.early = new EarlyResponses({
      leg: this.inner,
      invite: transaction.request,
      inviteSeq: this.#inviteSeq,
      respond: (status, parts) => this.#respond(status, parts),
      repeat: (response) => transaction.respond(response),
      giveUp: () => this.#unheard(),
    })
    this.inner.signal.addEventListener('abort', () => this.early.stop(), { once: true })
  }

  /** The request that began it all. */
  get invite(): SipRequest {
    return this.#invite.request
  }
  get acknowledged(): Promise<void> {
    return this.inner.state === 'answered'
      ? this.#acked.promise.then(
          () => {},
          () => {},
        )
      : Promise.resolve()
  }
  get hasEarlySession(): boolean {
    return this.early.isSettled
  }
  get #inviteSeq(): number {
    return parseCSeq(this.invite.headers.get('CSeq') ?? '')?.seq ?? 0
  }

  /** Takes what happens to the INVITE itself. Call once `handle` has taken the leg. */
  follow(): void {
    this.#invite.onCancel = (cancel) => {
      this.#deps.record(this.inner, 'received', cancel)
      this.#giveUpBeforeAnswer()
    }
    this.#invite.onEnd = (why) => {
      if (why === 'timeout') this.#noAck()
      if (why === 'transport' && this.inner.state === 'early') this.inner.end('connection-lost')
    }
  }

  listen(events: SignallingEvents): void {
    this.inner.listen(events)
  }

  /** 100: the caller need not repeat itself. */
  trying(): void {
    const response = respondTo(this.invite, 100)
    this.#deps.record(this.inner, 'received', this.invite)
    this.#deps.record(this.inner, 'sent', response)
    this.#invite.respond(response)
  }

  ring(sdp?: string): void {
    // Once there is early media, a 180 would make some phones ring over it.
    if (this.inner.state !== 'early' || this.#isAnswering || this.early.hasMedia) return
    this.early.ring(sdp)
  }

  answer(sdp: string): Promise<Uint8Array> {
    const { inner } = this
    if (inner.state !== 'early' || this.#isAnswering)
      return Promise.reject(new EdgeError('EDGE_LEG_OVER', 'the leg was answered or has ended'))
    this.#isAnswering = true
    const onOver = () => this.#acked.reject(new EdgeError('EDGE_LEG_OVER', 'the caller hung up'))
    inner.signal.addEventListener('abort', onOver, { once: true })
    this.early.whenClear(() => this.#answer(sdp))
    return this.#acked.promise
  }

  #answer(sdp: string): void {
    const { inner } = this
    inner.answered()
    // RFC 3261 §13.2.1: what was answered early is answered the same now.
    const body = this.early.hasMedia ? inner.localSdp : inner.keepSdp(sdp)
    inner.awaitAck(this.#inviteSeq, (ack) => this.#confirmed(ack))
    this.#respond(200, { headers: successHeaders(inner, this.#sessionTimer, body), body })
    void this.replaces?.finish('replaced') // RFC 3891 §3: once we accepted, and not before
  }

  reject(status: number, reason?: string): void {
    if (this.inner.state !== 'early') return
    const failure = Number.isInteger(status) && status >= 300 && status <= 699 ? status : 480
    if (failure === 503) this.#busy()
    else this.#respond(failure, { reason })
    this.inner.end('rejected')
  }

  hangup(reason?: HangupReason): Promise<void> {
    return this.inner.hangup(reason)
  }
  reoffer(sdp: string): Promise<Uint8Array> {
    return this.inner.reoffer(sdp)
  }
  refer(target: ReferTarget): Promise<ReferOutcome> {
    return this.inner.refer(target)
  }

  async abandon(why: SignallingEnd): Promise<void> {
    // The gateway stops: whoever still waits may try elsewhere.
    if (why === 'shutdown') this.#busy()
    else this.#respond(480, {})
    this.inner.end(why)
  }

  #busy(): void {
    this.#respond(503, { headers: [['Retry-After', String(retryAfterS)]] })
  }

  byeFromPeer(): void {
    this.#giveUpBeforeAnswer()
  }

  #confirmed(ack: SipRequest): void {
    this.inner.confirm(this.#sessionTimer)
    this.#acked.resolve(this.early.answer ?? new Uint8Array(ack.body))
  }

  /** No PRACK came (RFC 3262 §3). */
  #unheard(): void {
    if (this.inner.state !== 'early') return
    this.#respond(504, {})
    this.inner.end('no-ack')
  }

  prack(transaction: PeerTransaction): void {
    this.early.prack(transaction)
  }

  #respond(status: number, parts: ResponseParts): void {
    if (status >= 200) this.early.stop()
    this.#invite.respond(respondTo(this.invite, status, { ...parts, toTag: this.inner.dialog.localTag }))
  }

  #giveUpBeforeAnswer(): void {
    if (this.inner.state !== 'early') return // a CANCEL that crossed our 200: ACK and BYE follow
    this.#respond(487, {})
    this.inner.end('caller-cancelled')
  }

  #noAck(): void {
    if (this.inner.state !== 'answered') return
    this.#acked.reject(new EdgeError('EDGE_NO_ACK', 'the answer was never acknowledged'))
    void this.inner.bye('no-ack')
  }
}
