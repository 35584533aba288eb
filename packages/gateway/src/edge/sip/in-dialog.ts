import { receiveInDialog, refuseReinvite } from '@voxkeep/wire/dialog'
import { parseCSeq, type SipRequest } from '@voxkeep/wire/sip'
import type { DialogLeg, PeerTransaction } from './dialog-leg.ts'
import { parseInfoDigit } from './info-dtmf.ts'
import { respondTo, successHeaders } from './own-headers.ts'
import { receiveNotify } from './refer-out.ts'
import { hasSdp } from './sdp-body.ts'
import { minIntervalS, sessionTimerFor, sessionTimerHeaders } from './session-timer.ts'

/** Serves a request within a leg's dialog. It has been screened, and its connection may speak for the leg's trunk. */
export function receiveInLeg(leg: DialogLeg, transaction: PeerTransaction): void {
  const { request } = transaction
  const order = receiveInDialog(leg.dialog, request)
  if (!order.ok) return transaction.respond(respondTo(request, order.status))
  if (leg.state === 'over' && ofTheSession.has(request.method))
    return transaction.respond(respondTo(request, 481))
  leg.connection = transaction.flow // the peer is there now, so that is where it hears us
  switch (request.method) {
    case 'BYE':
      return bye(leg, transaction)
    case 'INVITE':
      return reinvite(leg, transaction)
    case 'UPDATE':
      return update(leg, transaction)
    case 'INFO':
      return info(leg, transaction)
    case 'REFER':
      return leg.referrals.refer(transaction)
    case 'SUBSCRIBE':
      return leg.referrals.subscribe(transaction)
    case 'NOTIFY':
      return receiveNotify(leg, transaction)
    case 'PRACK':
      return prack(leg, transaction)
    case 'OPTIONS':
      return transaction.respond(respondTo(request, 200, { headers: successHeaders(leg, noTimer, none) }))
    default:
      return transaction.respond(respondTo(request, 405))
  }
}

/** What makes no sense without a session; a REFER's notifications and OPTIONS may outlive it. */
const ofTheSession: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'INFO', 'REFER', 'PRACK'])

const none = new Uint8Array(0)
const noTimer = { kind: 'none' } as const

function bye(leg: DialogLeg, transaction: PeerTransaction): void {
  transaction.respond(respondTo(transaction.request, 200))
  if (leg.state === 'early') leg.opening.byeFromPeer(transaction.request)
  else leg.hungUpByPeer()
}

function prack(leg: DialogLeg, transaction: PeerTransaction): void {
  if (leg.opening.prack === undefined) transaction.respond(respondTo(transaction.request, 481))
  else leg.opening.prack(transaction)
}

function reinvite(leg: DialogLeg, transaction: PeerTransaction): void {
  const { request } = transaction
  if (refusesNow(leg, transaction)) return
  const timer = sessionTimerFor(request, leg.trunk.sessionExpiresS)
  const answer = descriptionFor(leg, request)
  if (typeof answer === 'number') return transaction.respond(respondTo(request, answer))
  const seq = parseCSeq(request.headers.get('CSeq') ?? '')?.seq ?? 0
  const isOffer = !hasSdp(request)
  leg.awaitAck(seq, (ack) => (isOffer ? reanswered(leg, ack) : undefined), isOffer)
  transaction.onEnd = (why) => {
    if (why === 'timeout') void leg.bye('no-ack') // RFC 3261 §14.2
  }
  leg.learn(request)
  leg.keeper.agree(timer)
  transaction.respond(respondTo(request, 200, { headers: successHeaders(leg, timer, answer), body: answer }))
}

/** The ACK answers the offer in our 2xx; one that cannot be used leaves no session to go on with (RFC 3261 §14.2). */
function reanswered(leg: DialogLeg, ack: SipRequest): void {
  const answer = hasSdp(ack) ? new Uint8Array(ack.body) : none
  if (leg.events?.reanswered(answer) !== true) void leg.bye('gateway-hung-up')
}

function update(leg: DialogLeg, transaction: PeerTransaction): void {
  const { request } = transaction
  const hasOffer = hasSdp(request)
  // RFC 3311 §5.2: an offer may not overtake the INVITE's; a refresh without one may come at any time.
  if (hasOffer && refusesNow(leg, transaction)) return
  if (!hasOffer && refusesTimer(transaction)) return
  const isConfirmed = leg.state === 'confirmed'
  const timer = isConfirmed ? sessionTimerFor(request, leg.trunk.sessionExpiresS) : noTimer
  const answer = hasOffer ? descriptionFor(leg, request) : none
  if (typeof answer === 'number') return transaction.respond(respondTo(request, answer))
  leg.learn(request)
  if (isConfirmed) leg.keeper.agree(timer)
  const headers = hasOffer
    ? successHeaders(leg, timer, answer)
    : [['Contact', leg.contact] as const, ...sessionTimerHeaders(timer)]
  transaction.respond(respondTo(request, 200, { headers, body: answer }))
}

/** Refuses an offer that comes at a moment when there can be none; true when it did. */
function refusesNow(leg: DialogLeg, transaction: PeerTransaction): boolean {
  const { request } = transaction
  const isEarlyUpdate = leg.state === 'early' && leg.opening.hasEarlySession && request.method === 'UPDATE'
  const mayOffer = (leg.state === 'confirmed' && leg.mayAwaitAck) || isEarlyUpdate
  if (mayOffer && !leg.isOffering) return refusesTimer(transaction)
  const refusal = refuseReinvite(leg.isOffering ? 'ours' : 'theirs', leg.deps.chance)
  const headers = refusal.status === 500 ? [['Retry-After', String(refusal.retryAfterSeconds)] as const] : []
  transaction.respond(respondTo(request, refusal.status, { headers }))
  return true
}

function refusesTimer(transaction: PeerTransaction): boolean {
  if (sessionTimerFor(transaction.request).kind !== 'too-small') return false
  transaction.respond(respondTo(transaction.request, 422, { headers: [['Min-SE', String(minIntervalS)]] }))
  return true
}

/** The SDP for our 200, an answer or (without an offer) our offer; or the status to refuse with. */
function descriptionFor(leg: DialogLeg, request: SipRequest): Uint8Array | number {
  const made = leg.events?.reoffer(hasSdp(request) ? request.body : undefined) ?? { status: 488 }
  return 'sdp' in made ? leg.keepSdp(made.sdp) : made.status
}

function info(leg: DialogLeg, transaction: PeerTransaction): void {
  const { request } = transaction
  if (request.headers.has('Info-Package'))
    return transaction.respond(respondTo(request, 469, { headers: [['Recv-Info', '']] }))
  const digit = parseInfoDigit(request.headers.get('Content-Type') ?? '', request.body)
  transaction.respond(respondTo(request, 200))
  if (digit && leg.state === 'confirmed') leg.events?.dtmf(digit.digit, digit.durationMs)
}
