import { receiveInDialog, refuseReinvite } from '@voxkeep/wire/dialog'
import type { SipRequest } from '@voxkeep/wire/sip'
import { parseInfoDigit } from './info-dtmf.ts'
import type { InviteTransaction, Leg } from './leg.ts'
import { respondTo } from './own-headers.ts'
import { hasSdp } from './sdp-body.ts'
import { minIntervalS, sessionTimerFor, sessionTimerHeaders } from './session-timer.ts'

/**
 * Serves a request within a leg's dialog. It has been screened, and its connection may speak for the leg's trunk.
 *
 * @param chance - In [0, 1).
 */
export function receiveInLeg(leg: Leg, transaction: InviteTransaction, chance: () => number): void {
  const { request } = transaction
  const order = receiveInDialog(leg.dialog, request)
  if (!order.ok) return transaction.respond(respondTo(request, order.status))
  leg.connection = transaction.flow // the peer is there now, so that is where it hears us
  switch (request.method) {
    case 'BYE':
      transaction.respond(respondTo(request, 200))
      return leg.hungUpByPeer()
    case 'INVITE':
      return reinvite(leg, transaction, chance)
    case 'UPDATE':
      return update(leg, transaction, chance)
    case 'INFO':
      return info(leg, transaction)
    case 'OPTIONS':
      return transaction.respond(
        respondTo(request, 200, { headers: leg.successHeaders({ kind: 'none' }, none) }),
      )
    default:
      return transaction.respond(respondTo(request, 405))
  }
}

const none = new Uint8Array(0)

function reinvite(leg: Leg, transaction: InviteTransaction, chance: () => number): void {
  const { request } = transaction
  if (refusesNow(leg, transaction, chance)) return
  const timer = sessionTimerFor(request)
  const answer = answerTo(leg, request)
  if (typeof answer === 'number') return transaction.respond(respondTo(request, answer))
  transaction.onEnd = (why) => {
    if (why === 'timeout') leg.reinviteUnacknowledged()
  }
  leg.refreshed(request, timer)
  transaction.respond(respondTo(request, 200, { headers: leg.successHeaders(timer, answer), body: answer }))
}

function update(leg: Leg, transaction: InviteTransaction, chance: () => number): void {
  const { request } = transaction
  const hasOffer = hasSdp(request)
  // RFC 3311 §5.2: an offer may not overtake the INVITE's; a refresh without one may come at any time.
  if (hasOffer && refusesNow(leg, transaction, chance)) return
  if (!hasOffer && refusesTimer(transaction)) return
  const timer = sessionTimerFor(request)
  const answer = hasOffer ? answerTo(leg, request) : none
  if (typeof answer === 'number') return transaction.respond(respondTo(request, answer))
  if (leg.state === 'confirmed') leg.refreshed(request, timer)
  const headers = hasOffer
    ? leg.successHeaders(timer, answer)
    : [['Contact', leg.contact] as const, ...sessionTimerHeaders(timer)]
  transaction.respond(respondTo(request, 200, { headers, body: answer }))
}

/** Refuses an offer that comes at a moment when there can be none; true when it did. */
function refusesNow(leg: Leg, transaction: InviteTransaction, chance: () => number): boolean {
  if (leg.state === 'confirmed' && !leg.isReinviting) return refusesTimer(transaction)
  const { request } = transaction
  if (leg.state === 'over') transaction.respond(respondTo(request, 481))
  else {
    const refusal = refuseReinvite(leg.isReinviting ? 'ours' : 'theirs', chance)
    const headers =
      refusal.status === 500 ? [['Retry-After', String(refusal.retryAfterSeconds)] as const] : []
    transaction.respond(respondTo(request, refusal.status, { headers }))
  }
  return true
}

function refusesTimer(transaction: InviteTransaction): boolean {
  if (sessionTimerFor(transaction.request).kind !== 'too-small') return false
  transaction.respond(respondTo(transaction.request, 422, { headers: [['Min-SE', String(minIntervalS)]] }))
  return true
}

/** The SDP for our 200, or the status to refuse with. */
function answerTo(leg: Leg, request: SipRequest): Uint8Array | number {
  // Without an offer the session as it is becomes ours (RFC 3261 §14.2); its answer, in the ACK, can only repeat it.
  if (!hasSdp(request)) return leg.localSdp
  const answer = leg.events?.reoffer(request.body) ?? { status: 488 }
  return 'sdp' in answer ? leg.keepSdp(answer.sdp) : answer.status
}

function info(leg: Leg, transaction: InviteTransaction): void {
  const { request } = transaction
  if (request.headers.has('Info-Package'))
    return transaction.respond(respondTo(request, 469, { headers: [['Recv-Info', '']] }))
  const digit = parseInfoDigit(request.headers.get('Content-Type') ?? '', request.body)
  transaction.respond(respondTo(request, 200))
  if (digit && leg.state === 'confirmed') leg.events?.dtmf(digit.digit, digit.durationMs)
}
