import { dialogId, uasDialog } from '@voxkeep/wire/dialog'
import { parseNameAddr, screenRequest, type SipMessage, type SipRequest } from '@voxkeep/wire/sip'
import type { HandleIncoming } from '#call'
import { createId, type Log, type Random } from '#kernel'
import type { TokenBuckets } from '#shield'
import { admit } from './admission.ts'
import type { Count, SipConnection } from './connection.ts'
import { digestRefused, legRefused } from './events.ts'
import { receiveInLeg } from './in-dialog.ts'
import { incomingCall } from './incoming-call.ts'
import type { LadderEntry } from './ladder.ts'
import { Leg, type InviteTransaction, type LegDeps } from './leg.ts'
import type { NonceStore } from './nonce-store.ts'
import { busy, capabilityHeaders, respondTo, screenPolicy } from './own-headers.ts'
import { minIntervalS, sessionTimerFor } from './session-timer.ts'
import type { Trunk } from './trunk.ts'

export interface UasDeps extends Omit<LegDeps, 'retire'> {
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
  readonly record: (leg: Leg, direction: LadderEntry['direction'], message: SipMessage) => void
}

/** The user agent server: lets requests in, opens legs, and hands each request to the leg it belongs to. */
export class UserAgentServer {
  readonly #deps: UasDeps
  readonly #legs = new Map<string, Leg>()

  constructor(deps: UasDeps) {
    this.#deps = deps
  }

  get legs(): ReadonlyMap<string, Leg> {
    return this.#legs
  }

  uses(connection: SipConnection): boolean {
    for (const leg of this.#legs.values()) if (leg.connection === connection) return true
    return false
  }

  ack(ack: SipRequest, connection: SipConnection): void {
    const leg = this.#legs.get(dialogId(ack, 'uas'))
    if (leg && connection.mayUse(leg.trunk)) leg.acknowledged(ack.body)
  }

  request(transaction: InviteTransaction): void {
    const { request, flow } = transaction
    const leg = this.#legs.get(dialogId(request, 'uas'))
    const trunk = leg && flow.mayUse(leg.trunk) ? leg.trunk : this.#admit(transaction, leg?.trunk)
    if (trunk === undefined) return // it was challenged
    const screened = screenRequest(request, screenPolicy)
    if (!screened.ok) return this.#respond(transaction, screened.status, screened.headers, screened.reason)
    if (leg && leg.trunk === trunk) return receiveInLeg(leg, transaction, this.#deps.chance)
    if (isInDialog(request)) return transaction.respond(respondTo(request, 481))
    if (request.method === 'INVITE') return this.#invite(transaction, trunk)
    if (request.method === 'OPTIONS') return this.#options(transaction)
    this.#respond(transaction, 481)
  }

  /** The trunk that the request comes from; undefined when it was challenged instead. */
  #admit(transaction: InviteTransaction, legTrunk: Trunk | undefined): Trunk | undefined {
    const { request, flow } = transaction
    const { nonces, log, count, suspect } = this.#deps
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

  #options(transaction: InviteTransaction): void {
    const { request, flow } = transaction
    // A load balancer that asks is told to look elsewhere while we drain.
    if (!this.#deps.accepting()) return transaction.respond(busy(request, this.#freshTag()))
    const contact = ['Contact', `<sip:${this.#deps.localHostPort(flow)};transport=tls>`] as const
    this.#respond(transaction, 200, [contact, ...capabilityHeaders, ['Accept', 'application/sdp']])
  }

  #invite(transaction: InviteTransaction, trunk: Trunk): void {
    const { request, flow } = transaction
    const overload = this.#overload(trunk)
    if (overload !== undefined) {
      this.#deps.count('calls_refused', { why: overload })
      legRefused(this.#deps.log, trunk.id, overload)
      return transaction.respond(busy(request, this.#freshTag()))
    }
    const sessionTimer = sessionTimerFor(request)
    if (sessionTimer.kind === 'too-small')
      return this.#respond(transaction, 422, [['Min-SE', String(minIntervalS)]])
    const dialog = uasDialog(request, this.#freshTag())
    if (dialog === undefined) return this.#respond(transaction, 400)
    const { clock, random } = this.#deps
    const id = createId('leg', clock.now(), random)
    const localHostPort = this.#deps.localHostPort(flow)
    this.#open(new Leg({ id, trunk, dialog, transaction, sessionTimer, localHostPort }, this.#legDeps()))
  }

  #open(leg: Leg): void {
    this.#legs.set(leg.key, leg)
    this.#deps.count('legs_opened')
    leg.trying()
    this.#deps.handle(incomingCall(leg))
    leg.follow()
  }

  #legDeps(): LegDeps {
    return {
      ...this.#deps,
      retire: (leg) => {
        if (this.#legs.delete(leg.key)) this.#deps.count('legs_retired')
      },
    }
  }

  /** Which limit another call would pass. */
  #overload(trunk: Trunk): string | undefined {
    if (!this.#deps.accepting()) return 'draining'
    if (this.#legs.size >= this.#deps.maxCalls) return 'calls'
    let ofTrunk = 0
    for (const leg of this.#legs.values()) if (leg.trunk === trunk) ofTrunk += 1
    if (ofTrunk >= trunk.maxCalls) return 'trunk'
    return this.#deps.callRate.take(trunk.id) === 'ok' ? undefined : 'rate'
  }

  #respond(
    transaction: InviteTransaction,
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
