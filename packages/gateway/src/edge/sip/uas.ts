import { uasDialog } from '@voxkeep/wire/dialog'
import { parseNameAddr, screenRequest, type SipRequest } from '@voxkeep/wire/sip'
import type { HandleIncoming } from '#call'
import { createId, type Log, type Random } from '#kernel'
import type { TokenBuckets } from '#shield'
import { admit } from './admission.ts'
import type { Count, SipConnection } from './connection.ts'
import { digestRefused, legRefused } from './events.ts'
import { receiveInLeg } from './in-dialog.ts'
import { incomingCall } from './incoming-call.ts'
import { contactOf, type PeerTransaction } from './dialog-leg.ts'
import { IncomingLeg, type LegDeps } from './incoming-leg.ts'
import type { NonceStore } from './nonce-store.ts'
import { busy, capabilitiesOf, respondTo, screenPolicyOf } from './own-headers.ts'
import { reliabilityOf } from './reliable-headers.ts'
import { replacedLeg } from './replaced-leg.ts'
import { minIntervalS, sessionTimerFor } from './session-timer.ts'
import type { Trunk } from './trunk.ts'

export interface UasDeps extends LegDeps {
  readonly random: Random
  readonly log: Log
  readonly count: Count
  readonly handle: HandleIncoming
  readonly accepting: () => boolean
  readonly nonces: NonceStore
  /** By trunk. */
  readonly callRate: TokenBuckets
  readonly maxCalls: number
  /** Wrong credentials came from there. */
  readonly suspect: (connection: SipConnection) => void
  /** Our `host:port` as the peer of this connection is to know it. */
  readonly localHostPort: (connection: SipConnection) => string
}

/** The user agent server: lets requests in, opens legs, and hands each request to the leg it belongs to. */
export class UserAgentServer {
  readonly #deps: UasDeps

  constructor(deps: UasDeps) {
    this.#deps = deps
  }

  ack(ack: SipRequest, connection: SipConnection): void {
    const leg = this.#deps.legs.of(ack, 'uas')
    if (leg && connection.mayUse(leg.trunk)) leg.acknowledge(ack)
  }

  request(transaction: PeerTransaction): void {
    const { request, flow } = transaction
    const leg = this.#deps.legs.of(request, 'uas')
    const trunk = leg && flow.mayUse(leg.trunk) ? leg.trunk : this.#admit(transaction, leg?.trunk)
    if (trunk === undefined) return // it was challenged
    // Before the screen, so that the refusal does not say what the configuration could allow.
    if (request.method === 'REFER' && !trunk.refer.accept) return this.#respond(transaction, 403)
    const screened = screenRequest(request, screenPolicyOf(trunk))
    if (!screened.ok) return this.#respond(transaction, screened.status, screened.headers, screened.reason)
    if (leg && leg.trunk === trunk) return receiveInLeg(leg, transaction)
    if (isInDialog(request)) return transaction.respond(respondTo(request, 481))
    if (request.method === 'INVITE') return this.#invite(transaction, trunk)
    if (request.method === 'OPTIONS') return this.#options(transaction, trunk)
    this.#respond(transaction, 481)
  }

  /** The trunk that the request comes from; undefined when it was challenged instead. */
  #admit(transaction: PeerTransaction, legTrunk: Trunk | undefined): Trunk | undefined {
    const { request, flow } = transaction
    const { nonces, log, count, suspect } = this.#deps
    // Whom we dialled may ask how we are; calling us needs what the trunk asks of callers.
    const [dialled] = flow.vouched
    if (dialled && request.method === 'OPTIONS') return dialled
    if (flow.candidates.length === 0) {
      this.#respond(transaction, 403)
      return undefined
    }
    const candidates = legTrunk && flow.candidates.includes(legTrunk) ? [legTrunk] : flow.candidates
    const admission = admit(request, candidates, nonces, flow.peer.address)
    if (admission.kind === 'admitted') {
      if (admission.trunk.digest) flow.proven.add(admission.trunk.id)
      return admission.trunk
    }
    const challenges = admission.challenges.map((value) => ['WWW-Authenticate', value] as const)
    this.#respond(transaction, 401, challenges)
    if (!admission.refused) return undefined
    count('digest_refused')
    digestRefused(log, flow.peer.address)
    suspect(flow)
    return undefined
  }

  #options(transaction: PeerTransaction, trunk: Trunk): void {
    const { request, flow } = transaction
    // A load balancer that asks is told to look elsewhere while we drain.
    if (!this.#deps.accepting()) return transaction.respond(busy(request, this.#freshTag()))
    const contact = ['Contact', contactOf(this.#deps.localHostPort(flow), false)] as const
    this.#respond(transaction, 200, [contact, ...capabilitiesOf(trunk), ['Accept', 'application/sdp']])
  }

  #invite(transaction: PeerTransaction, trunk: Trunk): void {
    const { request, flow } = transaction
    const overload = this.#overload(trunk)
    if (overload !== undefined) {
      this.#deps.count('calls_refused', { why: overload })
      legRefused(this.#deps.log, trunk.id, overload)
      return transaction.respond(busy(request, this.#freshTag()))
    }
    if (trunk.reliableProvisional === 'required' && reliabilityOf(request) === 'unknown')
      return this.#respond(transaction, 421, [['Require', '100rel']])
    const replaced = replacedLeg(request, trunk, this.#deps.legs)
    if (typeof replaced === 'number') return this.#respond(transaction, replaced)
    const sessionTimer = sessionTimerFor(request, trunk.sessionExpiresS)
    if (sessionTimer.kind === 'too-small')
      return this.#respond(transaction, 422, [['Min-SE', String(minIntervalS)]])
    const dialog = uasDialog(request, this.#freshTag())
    if (dialog === undefined) return this.#respond(transaction, 400)
    const { clock, random } = this.#deps
    const id = createId('leg', clock.now(), random)
    const localHostPort = this.#deps.localHostPort(flow)
    const leg = new IncomingLeg(
      { id, trunk, dialog, transaction, sessionTimer, localHostPort, replaces: replaced?.leg },
      this.#deps,
    )
    this.#deps.legs.add(leg.inner)
    leg.trying()
    this.#deps.handle(incomingCall(leg))
    leg.follow()
  }

  /** Which limit another call would pass. */
  #overload(trunk: Trunk): string | undefined {
    if (!this.#deps.accepting()) return 'draining'
    if (this.#deps.legs.size >= this.#deps.maxCalls) return 'calls'
    if (this.#deps.legs.incomingOf(trunk) >= trunk.maxCalls) return 'trunk'
    return this.#deps.callRate.take(trunk.id) === 'ok' ? undefined : 'rate'
  }

  #respond(
    transaction: PeerTransaction,
    status: number,
    headers: readonly (readonly [string, string])[] = [],
    reason?: string,
  ): void {
    transaction.respond(respondTo(transaction.request, status, { toTag: this.#freshTag(), headers, reason }))
  }

  #freshTag(): string {
    return Buffer.from(this.#deps.random.bytes(12)).toString('hex')
  }
}

function isInDialog(request: SipRequest): boolean {
  return parseNameAddr(request.headers.get('To') ?? '')?.params.has('tag') === true
}
