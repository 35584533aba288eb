import { ackFor, refreshTarget, uacDialog, type Dialog } from '@voxkeep/wire/dialog'
import { parseCSeq, parseNameAddr, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'
import type { ClientTransaction, TransactionLayer } from '@voxkeep/wire/transaction'
import type {
  HangupReason,
  LegSignalling,
  OutgoingCall,
  OutgoingEvents,
  PlaceFailure,
  ReferOutcome,
  ReferTarget,
  SignallingEvents,
} from '#call'
import type { Clock, LegId } from '#kernel'
import type { ChallengeAnswers } from './challenge-answers.ts'
import type { SipConnection } from './connection.ts'
import { contactOf, DialogLeg, type DialogLegDeps } from './dialog-leg.ts'
import { EdgeError } from './edge-error.ts'
import { forks, rseqOf, type Fork } from './fork.ts'
import type { CallAddresses } from './outgoing-address.ts'
import { failureOf } from './outgoing-failure.ts'
import { outgoingInvite } from './outgoing-invite.ts'
import { outgoingSecurity } from './outgoing-security.ts'
import { outgoingTries, type OutgoingTries } from './outgoing-tries.ts'
import { userAgentHeader } from './own-headers.ts'
import { reasonHeaders } from './reason.ts'
import { retryAfterMs } from './retry-after.ts'
import { serializeRAck } from './reliable-headers.ts'
import { hasSdp } from './sdp-body.ts'
import { sessionTimerOf } from './session-timer.ts'
import type { Trunk } from './trunk.ts'

export interface OutgoingLegDeps {
  readonly clock: Clock
  readonly layer: Pick<TransactionLayer<SipConnection>, 'request' | 'sendAck'>
  /** A connection to the trunk's peer, verified. Rejects when there is none. */
  readonly connect: (trunk: Trunk) => Promise<SipConnection>
  /** Our `host:port` as the peer of this connection is to know it. */
  readonly localHostPort: (connection: SipConnection) => string
  readonly legDeps: DialogLegDeps
  /** The peer said 503, and for how long to leave it alone. */
  readonly unavailable: (forMs: number) => void
  /** Nothing will come of this call any more. Harmless when called again. */
  readonly done: () => void
}

export interface OutgoingLegSpec {
  readonly call: OutgoingCall
  readonly events: OutgoingEvents
  readonly trunk: Trunk
  readonly addresses: CallAddresses
  /** Fresh for this attempt, and not to be guessed. */
  readonly callId: string
  readonly localTag: string
  readonly challenges: ChallengeAnswers
}

/** A call that we place: from its INVITE to the dialog that a 2xx confirms, which then is a `DialogLeg` like any other. */
export class OutgoingLeg implements LegSignalling {
  readonly id: LegId
  readonly trunk: Trunk
  readonly spec: OutgoingLegSpec
  readonly #deps: OutgoingLegDeps
  readonly #done = Promise.withResolvers<void>()
  readonly #tries: OutgoingTries
  /** `given-up`: reported as failed; a CANCEL, or the BYE to an answer that crossed it, may be under way. */
  #phase: 'calling' | 'answered' | 'given-up' = 'calling'
  #offer: Uint8Array = new Uint8Array(0)
  #forks = forks()
  #connection: SipConnection | undefined
  #invite: { readonly request: SipRequest; readonly transaction: ClientTransaction } | undefined
  #winner: DialogLeg | undefined
  #current: Fork | undefined
  #isHeard = false
  #isRinging = false
  #hasRedialled = false
  #stopRingTimer: (() => void) | undefined

  constructor(spec: OutgoingLegSpec, deps: OutgoingLegDeps) {
    this.id = spec.call.leg
    this.trunk = spec.trunk
    this.spec = spec
    this.#deps = deps
    this.#tries = outgoingTries(spec.trunk, spec.addresses.requestUri, spec.challenges)
  }

  /** Begins; nothing is told to `events` before this returns. */
  start(): void {
    this.#stopRingTimer = this.#deps.clock.set(this.spec.call.ringTimeoutMs, () => this.#rangOut())
    void this.#reach()
  }

  /** Whether the connection carries it before there is a dialog to say so. */
  uses(connection: SipConnection): boolean {
    return this.#connection === connection
  }

  reoffer(sdp: string): Promise<Uint8Array> {
    const leg = this.#winner ?? this.#current?.leg
    if (leg !== undefined) return leg.reoffer(sdp)
    return Promise.reject(new EdgeError('EDGE_LEG_OVER', 'the call is not answered'))
  }

  async refer(target: ReferTarget): Promise<ReferOutcome> {
    return (await this.#winner?.refer(target)) ?? { ok: false, why: 'failed' }
  }

  hangup(reason?: HangupReason): Promise<void> {
    if (this.#winner !== undefined) return this.#winner.hangup(reason)
    return this.#abandon(reason)
  }

  /** The gateway stops. */
  shutdown(): Promise<void> {
    return this.#winner?.finish('shutdown') ?? this.#abandon(undefined)
  }

  #abandon(reason: HangupReason | undefined): Promise<void> {
    this.#giveUp({ why: 'cancelled', elsewhere: false }, reason)
    return this.#done.promise
  }

  async #reach(): Promise<void> {
    let connection: SipConnection
    try {
      connection = await this.#deps.connect(this.trunk)
    } catch {
      this.#giveUp({ why: 'unreachable', elsewhere: true })
      return
    }
    if (this.#phase !== 'calling') return
    if (this.#offer.length === 0)
      this.#offer = new TextEncoder().encode(this.spec.call.offer(connection.localAddress))
    this.#send(connection)
  }

  #send(connection: SipConnection): void {
    const { addresses, callId, localTag, call } = this.spec
    this.#connection = connection
    const localHostPort = this.#deps.localHostPort(connection)
    const request = outgoingInvite({
      trunk: this.trunk,
      addresses: { ...addresses, requestUri: this.#tries.requestUri },
      callId,
      localTag,
      seq: this.#tries.nextSeq(),
      contact: this.#contactAt(localHostPort),
      nowMs: this.#deps.clock.now(),
      sessionExpiresS: this.#tries.sessionExpiresS,
      headers: call.headers,
      offer: this.#offer,
    })
    this.#tries.authorize(request)
    const transaction = this.#deps.layer.request(connection, request, localHostPort, {
      onProvisional: (response) => this.#provisional(request, response),
      onFinal: (response) => this.#final(request, response, connection),
      onTimeout: () => this.#unanswered({ why: 'timeout', elsewhere: true }),
      onTransportError: () => this.#connectionLost(),
    })
    this.#invite = { request, transaction }
  }

  #contactAt(localHostPort: string): string {
    return contactOf(localHostPort, this.#tries.requestUri.startsWith('sips:'))
  }

  #provisional(request: SipRequest, response: SipResponse): void {
    this.#isHeard = true
    const { status } = response
    if (this.#phase !== 'calling' || status === 100) return
    const rseq = this.trunk.reliableProvisional === 'off' ? undefined : rseqOf(response)
    const dialog = uacDialog(request, response)
    const fork = dialog && this.#forks.of(dialog, () => this.#openLeg(dialog))
    const news = fork?.take(response, rseq) ?? 'new'
    if (news === 'repeated') return
    if (fork !== undefined) this.#hear(fork, request, response, rseq)
    if (status >= 180 && status <= 183) {
      this.#isRinging = true
      this.spec.events.ringing(status)
    }
    if (news !== 'new-answer' || fork?.answer === undefined || !this.#isCalling()) return
    this.#current = fork
    this.spec.events.early(fork.answer)
  }

  /** A method, because a handler may have changed it. */
  #isCalling(): boolean {
    return this.#phase === 'calling'
  }

  #hear({ leg }: Fork, request: SipRequest, response: SipResponse, rseq: number | undefined): void {
    leg.learn(response)
    refreshTarget(leg.dialog, response)
    if (rseq === undefined) return
    const inviteSeq = parseCSeq(request.headers.get('CSeq') ?? '')?.seq ?? 0
    const rack = ['RAck', serializeRAck({ rseq, seq: inviteSeq, method: 'INVITE' })] as const
    void this.#deps.legDeps.peers.request(leg, 'PRACK', { headers: [rack] })
  }

  #final(request: SipRequest, response: SipResponse, connection: SipConnection): void {
    this.#isHeard = true
    this.#tries.learn(response)
    if (response.status < 300) return this.#success(request, response, connection)
    const avoidMs = response.status === 503 ? retryAfterMs(response) : undefined
    if (avoidMs !== undefined) this.#deps.unavailable(avoidMs)
    if (this.#phase !== 'calling') return this.#finish()
    this.#endForks()
    this.#forks = forks()
    if (this.#tries.mayTryAgain(response)) return this.#send(connection)
    this.#unanswered(failureOf(response))
  }

  #success(request: SipRequest, response: SipResponse, connection: SipConnection): void {
    const fork = this.#forks.get(toTag(response))
    const dialog = uacDialog(request, response, fork?.leg.dialog)
    if (dialog === undefined) {
      if (this.#phase === 'answered') return // a fork that cannot even be hung up on
      return this.#unanswered({ why: 'rejected', status: response.status, elsewhere: true })
    }
    this.#acknowledge(request, dialog, connection)
    const leg = fork?.leg.state === 'early' ? fork.leg : this.#openLeg(dialog)
    leg.learn(response)
    leg.keepSdp(new TextDecoder().decode(this.#offer))
    if (this.#phase !== 'calling') return void this.#refuseAnswer(leg, dialog)
    this.#phase = 'answered'
    this.#winner = leg
    this.#stopRingTimer?.()
    leg.confirm(sessionTimerOf(response), dialog)
    this.#endForks()
    // A 2xx may leave out the answer that a reliable response brought, and some leave out an early one (RFC 3261 §13.2.1).
    const answer = hasSdp(response) ? new Uint8Array(response.body) : (fork?.answer ?? new Uint8Array(0))
    if (!this.spec.events.answered(answer, outgoingSecurity(connection))) void leg.hangup(unusable)
  }

  /** The 2xx of another fork, or one that crossed our CANCEL: RFC 3261 §13.2.2.4, §9.1. */
  async #refuseAnswer(leg: DialogLeg, dialog: Dialog): Promise<void> {
    leg.confirm({ kind: 'none' }, dialog)
    await leg.bye('gateway-hung-up')
    if (this.#phase === 'given-up') this.#finish()
  }

  /** RFC 3261 §13.2.2.4, with the INVITE's credentials (§22.1). Repeated by the layer as the 2xx is. */
  #acknowledge(request: SipRequest, dialog: Dialog, connection: SipConnection): void {
    const localHostPort = this.#deps.localHostPort(connection)
    const seq = parseCSeq(request.headers.get('CSeq') ?? '')?.seq ?? 0
    const credentials = ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
      request.headers.getAll(name).map((value) => [name, value] as const),
    )
    const headers = [userAgentHeader, ...credentials]
    const ack = ackFor(dialog, seq, { contact: this.#contactAt(localHostPort), headers })
    try {
      this.#deps.layer.sendAck(connection, ack, localHostPort)
    } catch {
      // The connection broke: the peer repeats its 2xx or gives the session up.
    }
  }

  #openLeg(dialog: Dialog): DialogLeg {
    const { call, trunk, challenges } = this.spec
    const connection = this.#connection
    const hasSession = (early: DialogLeg) => this.#current?.leg === early && this.#current.isReliable
    if (connection === undefined) throw new TypeError('a response came before the INVITE was sent')
    const leg: DialogLeg = new DialogLeg(
      {
        id: call.leg,
        trunk,
        dialog,
        connection,
        localHostPort: this.#deps.localHostPort(connection),
        ownsCallId: true,
        challenges,
        opening: {
          abandon: (_why, reason) => this.#abandon(reason),
          byeFromPeer: () => leg.end('caller-hung-up'),
          acknowledged: Promise.resolve(), // a 2xx is the peer's, and a BYE may follow our ACK at once
          get hasEarlySession() {
            return hasSession(leg)
          },
        },
      },
      { ...this.#deps.legDeps, retire: (retired) => this.#retired(retired) },
    )
    leg.listen(this.#eventsOf(leg))
    this.#deps.legDeps.legs.add(leg)
    return leg
  }

  /** What happens in a dialog that is not the one whose answer we took is not the call's business. */
  #eventsOf(leg: DialogLeg): SignallingEvents {
    const { events } = this.spec
    const isHeard = () => this.#winner === leg || (this.#isCalling() && this.#current?.leg === leg)
    return {
      ended: (why) => (this.#winner === leg ? events.ended(why) : undefined),
      reoffer: (offer) => (isHeard() ? events.reoffer(offer) : { status: 488 }),
      reanswered: (answer) => isHeard() && events.reanswered(answer),
      refer: (request) => (this.#winner === leg ? events.refer(request) : { status: 403 }),
      dtmf: (digit, durationMs) => (isHeard() ? events.dtmf(digit, durationMs) : undefined),
    }
  }

  #retired(leg: DialogLeg): void {
    this.#deps.legDeps.retire(leg)
    if (leg === this.#winner) this.#finish()
  }

  #rangOut(): void {
    if (this.#invite === undefined) return this.#giveUp({ why: 'unreachable', elsewhere: true })
    // Without a word from the peer the trunk is at fault; without ringing it may be.
    if (!this.#isHeard) return this.#giveUp({ why: 'timeout', elsewhere: true })
    this.#giveUp({ why: 'no-answer', elsewhere: !this.#isRinging }, noAnswer)
  }

  #connectionLost(): void {
    // A pooled connection may have died unnoticed. Nobody has said a word of this call, so it may be tried again.
    if (this.#phase === 'calling' && !this.#isHeard && !this.#hasRedialled) {
      this.#hasRedialled = true
      this.#invite = undefined
      return void this.#reach()
    }
    this.#unanswered({ why: 'unreachable', elsewhere: !this.#isRinging })
  }

  /** The INVITE is over without an answer. */
  #unanswered(failure: PlaceFailure): void {
    this.#invite = undefined
    this.#giveUp(failure)
    this.#finish()
  }

  /** Tells that the call failed, and cancels what is under way. Does nothing when it is answered or was given up. */
  #giveUp(failure: PlaceFailure, reason?: HangupReason): void {
    if (this.#phase !== 'calling') return
    this.#phase = 'given-up'
    this.#stopRingTimer?.()
    this.#invite?.transaction.cancel(reasonHeaders(reason))
    this.spec.events.failed(failure)
    if (this.#invite === undefined) this.#finish()
  }

  #finish(): void {
    this.#endForks()
    this.#done.resolve()
    this.#deps.done()
  }

  #endForks(): void {
    for (const { leg } of this.#forks) if (leg !== this.#winner && leg.state === 'early') leg.end('rejected')
  }
}

const noAnswer: HangupReason = { cause: 19, text: 'No answer from user' }
const unusable: HangupReason = { cause: 88, text: 'Incompatible destination' }

function toTag(response: SipResponse): string {
  return parseNameAddr(response.headers.get('To') ?? '')?.params.get('tag') ?? ''
}
