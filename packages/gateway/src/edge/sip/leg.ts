import { dialogKey, type Dialog } from '@voxkeep/wire/dialog'
import type { SipMessage, SipRequest, SipResponse } from '@voxkeep/wire/sip'
import type { ServerTransaction } from '@voxkeep/wire/transaction'
import type { Signalling, SignallingEnd, SignallingEvents } from '#call'
import type { Clock, LegId } from '#kernel'
import type { SipConnection } from './connection.ts'
import { EdgeError } from './edge-error.ts'
import { busy, capabilityHeaders, respondTo } from './own-headers.ts'
import type { Outcome, Peer, Peers } from './peers.ts'
import { sessionKeeper, type SessionKeeper } from './session-keeper.ts'
import { sessionTimerHeaders, type SessionTimerOffer } from './session-timer.ts'
import type { Trunk } from './trunk.ts'

export type InviteTransaction = ServerTransaction<SipConnection>

export interface LegDeps {
  readonly clock: Clock
  readonly peers: Peers
  /** In [0, 1). */
  readonly chance: () => number
  /** Nothing will come for this leg any more. */
  readonly retire: (leg: Leg) => void
  /** Notes, for the ladder, a message that does not carry our tag. */
  readonly record: (leg: Leg, direction: 'received' | 'sent', message: SipMessage) => void
}

export interface LegSpec {
  readonly id: LegId
  readonly trunk: Trunk
  readonly dialog: Dialog
  readonly transaction: InviteTransaction
  readonly sessionTimer: SessionTimerOffer
  readonly localHostPort: string
}

const sdpHeader = ['Content-Type', 'application/sdp'] as const

/** One call's signalling, from the INVITE on: what `call` holds, and where the dialog's requests arrive. */
export class Leg implements Signalling, Peer {
  readonly id: LegId
  readonly trunk: Trunk
  readonly dialog: Dialog
  readonly key: string
  readonly localHostPort: string
  readonly contact: string
  connection: SipConnection
  /** A re-INVITE of ours is under way. */
  isReinviting = false
  /** `answered`: our 200 is out and not acknowledged yet. */
  #state: 'offered' | 'answered' | 'confirmed' | 'over' = 'offered'
  #localSdp: Uint8Array = new Uint8Array(0)
  #events: SignallingEvents | undefined
  #hangup: Promise<void> | undefined
  readonly #acked = Promise.withResolvers<Uint8Array>()
  readonly #invite: InviteTransaction
  readonly #sessionTimer: SessionTimerOffer
  readonly #deps: LegDeps
  readonly #keeper: SessionKeeper
  #peerAllows: readonly string[]

  constructor(spec: LegSpec, deps: LegDeps) {
    this.id = spec.id
    this.trunk = spec.trunk
    this.dialog = spec.dialog
    this.key = dialogKey(spec.dialog)
    this.localHostPort = spec.localHostPort
    // RFC 3261 §12.1.1: a SIPS dialog has SIPS contacts.
    this.contact = spec.dialog.secure
      ? `<sips:${spec.localHostPort}>`
      : `<sip:${spec.localHostPort};transport=tls>`
    this.connection = spec.transaction.flow
    this.#invite = spec.transaction
    this.#sessionTimer = spec.sessionTimer
    this.#deps = deps
    this.#peerAllows = allowed(spec.transaction.request)
    this.#acked.promise.catch(() => {}) // whoever called `answer` hears of it
    this.#keeper = sessionKeeper({
      clock: deps.clock,
      chance: deps.chance,
      refresh: (headers) => this.#refresh(headers),
      giveUp: () => void this.#bye('connection-lost'),
    })
  }

  /** The request that began it all. */
  get invite(): SipRequest {
    return this.#invite.request
  }
  get state(): 'offered' | 'answered' | 'confirmed' | 'over' {
    return this.#state
  }
  get events(): SignallingEvents | undefined {
    return this.#events
  }
  get localSdp(): Uint8Array {
    return this.#localSdp
  }

  /** Takes what happens to the INVITE itself. Call once `handle` has taken the leg. */
  follow(): void {
    this.#invite.onCancel = (cancel) => {
      this.#deps.record(this, 'received', cancel)
      this.#giveUpBeforeAnswer()
    }
    this.#invite.onEnd = (why) => {
      if (why === 'timeout') this.#noAck()
      if (why === 'transport' && this.#state === 'offered') this.#end('connection-lost', 'retire')
    }
  }

  listen(events: SignallingEvents): void {
    this.#events = events
  }

  /** 100: the caller need not repeat itself. */
  trying(): void {
    const response = respondTo(this.invite, 100)
    this.#deps.record(this, 'received', this.invite)
    this.#deps.record(this, 'sent', response)
    this.#invite.respond(response)
  }

  ring(): void {
    if (this.#state === 'offered') this.#respond(180, { headers: [['Contact', this.contact]] })
  }

  answer(sdp: string): Promise<Uint8Array> {
    if (this.#state !== 'offered')
      return Promise.reject(new EdgeError('EDGE_LEG_OVER', 'the leg was answered or has ended'))
    this.#state = 'answered'
    const body = this.keepSdp(sdp)
    this.#respond(200, { headers: this.successHeaders(this.#sessionTimer, body), body })
    return this.#acked.promise
  }

  reject(status: number, reason?: string): void {
    if (this.#state !== 'offered') return
    const failure = Number.isInteger(status) && status >= 300 && status <= 699 ? status : 480
    if (failure === 503) this.#invite.respond(busy(this.invite, this.dialog.localTag))
    else this.#respond(failure, { reason })
    this.#end('rejected', 'retire')
  }

  hangup(): Promise<void> {
    return (this.#hangup ??= this.#hangUp('gateway-hung-up'))
  }

  /** The gateway stops: like `hangup`, with its own word and a 503 for a caller that still waits. */
  shutdown(): Promise<void> {
    return (this.#hangup ??= this.#hangUp('shutdown'))
  }

  /** The ACK to a 2xx; `body` stays the caller's. */
  acknowledged(body: Uint8Array): void {
    if (this.#state !== 'answered') return
    this.#state = 'confirmed'
    this.#keeper.agree(this.#sessionTimer)
    this.#acked.resolve(body.slice())
  }

  /** BYE. Before the answer it gives the call up as CANCEL does (RFC 3261 §15). */
  hungUpByPeer(): void {
    if (this.#state === 'offered') return this.#giveUpBeforeAnswer()
    this.#acked.reject(new EdgeError('EDGE_LEG_OVER', 'the caller hung up'))
    // While our own BYE waits for its answer, that answer retires the leg.
    this.#end('caller-hung-up', this.#state === 'over' ? 'keep' : 'retire')
  }

  /** Our 200 to an INVITE of this dialog was never acknowledged: RFC 3261 §13.3.1.4, §14.2. */
  reinviteUnacknowledged(): void {
    void this.#bye('no-ack')
  }

  /** The peer refreshed the session, and may have said anew what it takes. */
  refreshed(request: SipRequest, offer: SessionTimerOffer): void {
    if (request.headers.has('Allow')) this.#peerAllows = allowed(request)
    this.#keeper.agree(offer)
  }

  keepSdp(sdp: string): Uint8Array {
    this.#localSdp = new TextEncoder().encode(sdp)
    return this.#localSdp
  }

  successHeaders(timer: SessionTimerOffer, body: Uint8Array): (readonly [string, string])[] {
    const content = body.length > 0 ? [sdpHeader] : []
    return [['Contact', this.contact], ...capabilityHeaders, ...sessionTimerHeaders(timer), ...content]
  }

  #respond(status: number, o: Omit<Parameters<typeof respondTo>[2] & object, 'toTag'>): void {
    const response: SipResponse = respondTo(this.invite, status, {
      ...o,
      toTag: this.dialog.localTag,
    })
    this.#invite.respond(response)
  }

  #giveUpBeforeAnswer(): void {
    if (this.#state !== 'offered') return // a CANCEL that crossed our 200: ACK and BYE follow
    this.#respond(487, {})
    this.#end('caller-cancelled', 'retire')
  }

  #noAck(): void {
    if (this.#state !== 'answered') return
    this.#acked.reject(new EdgeError('EDGE_NO_ACK', 'the answer was never acknowledged'))
    void this.#bye('no-ack')
  }

  async #hangUp(why: 'gateway-hung-up' | 'shutdown'): Promise<void> {
    if (this.#state === 'offered') {
      if (why === 'shutdown') this.#invite.respond(busy(this.invite, this.dialog.localTag))
      else this.#respond(480, {})
      return this.#end(why, 'retire')
    }
    // RFC 3261 §15: the callee sends no BYE before its 200 was acknowledged or given up.
    if (this.#state === 'answered') await this.#acked.promise.catch(() => {})
    await this.#bye(why)
  }

  async #bye(why: SignallingEnd): Promise<void> {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#keeper.stop()
    const connection = await this.#deps.peers.reach(this)
    this.#report(connection === undefined && why === 'gateway-hung-up' ? 'connection-lost' : why)
    if (connection !== undefined) await this.#deps.peers.request(this, 'BYE', {})
    this.#deps.retire(this)
  }

  #end(why: SignallingEnd, then: 'retire' | 'keep'): void {
    if (this.#state !== 'over') {
      this.#state = 'over'
      this.#keeper.stop()
      this.#report(why)
    }
    if (then === 'retire') this.#deps.retire(this)
  }

  #report(why: SignallingEnd): void {
    this.#events?.ended(why)
  }

  /** RFC 4028 §7.4: UPDATE where the peer takes it, for it touches no media; else a re-INVITE with the same SDP. */
  async #refresh(headers: readonly (readonly [string, string])[]): Promise<Outcome> {
    const { peers } = this.#deps
    if (this.#peerAllows.includes('UPDATE')) return await peers.request(this, 'UPDATE', { headers })
    this.isReinviting = true
    const outcome = await peers.request(this, 'INVITE', {
      headers: [...headers, sdpHeader],
      body: this.#localSdp,
    })
    this.isReinviting = false
    if (outcome.kind === 'response' && outcome.response.status >= 200 && outcome.response.status < 300)
      peers.ack(this, outcome.connection, outcome.response)
    return outcome
  }
}

function allowed(request: SipRequest): string[] {
  return request.headers.getAll('Allow').map((method) => method.toUpperCase())
}
