import { parseNameAddr, parseUri } from '@voxkeep/wire/sip'
import type { ReferOutcome, ReferTarget } from '#call'
import type { DialogLeg, PeerTransaction } from './dialog-leg.ts'
import { respondTo } from './own-headers.ts'
import type { Outcome } from './peers.ts'
import { eventOf, subscriptionStateOf } from './refer-event.ts'
import { parseSipfrag } from './refer-sipfrag.ts'
import { serializeReferTo } from './refer-to.ts'

const timeoutMs = 180_000 // whom it calls may ring for long
const afterByeMs = 32_000 // many hang up as soon as they have somebody else to talk to, and tell how it went later

/** A REFER of ours whose end the peer has not told yet. */
export interface SentRefer {
  /** Takes a NOTIFY's status; `isLast` without a final status is a failure too. */
  notified(status: number | undefined, isLast: boolean, reason: string | undefined): void
}

/** Sends REFER (RFC 3515); resolves with what its notifications tell. One at a time in a dialog. Never rejects. */
export async function sendRefer(leg: DialogLeg, target: ReferTarget): Promise<ReferOutcome> {
  const referTo = referToOf(leg, target)
  if (leg.state !== 'confirmed' || leg.referrals.sent !== undefined || referTo === undefined)
    return { ok: false, why: 'refused' }
  const told = Promise.withResolvers<ReferOutcome>()
  leg.referrals.sent = { notified: (...news) => settleBy(news, told.resolve) }
  const cancels = [leg.deps.clock.set(timeoutMs, () => told.resolve(timeout))]
  const onOver = () => void cancels.push(leg.deps.clock.set(afterByeMs, () => told.resolve(timeout)))
  leg.signal.addEventListener('abort', onOver, { once: true })
  const headers = [
    ['Refer-To', referTo] as const,
    ['Referred-By', `<${uriOf(leg.dialog.localUri)}>`] as const,
  ]
  const outcome = await leg.deps.peers.request(leg, 'REFER', { headers })
  const early = judge(outcome)
  const result = early ?? (await told.promise)
  for (const cancel of cancels) cancel()
  leg.signal.removeEventListener('abort', onOver)
  leg.referrals.sent = undefined
  leg.settle()
  return result
}

const timeout: ReferOutcome = { ok: false, why: 'timeout' }

function settleBy(
  [status, isLast, reason]: Parameters<SentRefer['notified']>,
  resolve: (outcome: ReferOutcome) => void,
): void {
  if (status !== undefined && status >= 200 && status < 300) return resolve({ ok: true })
  if (status !== undefined && status >= 300) return resolve({ ok: false, status, why: 'failed' })
  if (isLast) resolve({ ok: false, why: reason === 'timeout' ? 'timeout' : 'failed' })
}

/** What the answer to the REFER itself decides; `undefined` when notifications will. */
function judge(outcome: Outcome): ReferOutcome | undefined {
  if (outcome.kind !== 'response') return outcome.kind === 'timeout' ? timeout : { ok: false, why: 'failed' }
  const { status, headers } = outcome.response
  if (status >= 300) return { ok: false, status, why: 'refused' }
  // RFC 4488 §4: the peer will not say how it goes; that it took the REFER is all there is to know.
  return /^false\b/i.test(headers.get('Refer-Sub') ?? '') ? { ok: true } : undefined
}

/** Serves NOTIFY: about a REFER of ours, also after the call is over (interop 28). */
export function receiveNotify(leg: DialogLeg, transaction: PeerTransaction): void {
  const { request } = transaction
  const event = eventOf(request)
  if (event === undefined)
    return transaction.respond(respondTo(request, 489, { headers: [['Allow-Events', 'refer']] }))
  const { sent } = leg.referrals
  if (sent === undefined) return transaction.respond(respondTo(request, 481))
  transaction.respond(respondTo(request, 200))
  const { isLast, reason } = subscriptionStateOf(request)
  sent.notified(parseSipfrag(request.body), isLast, reason)
}

/** `undefined` for a target that cannot be named. */
function referToOf(leg: DialogLeg, target: ReferTarget): string | undefined {
  const other = target.replaces === undefined ? undefined : leg.deps.legs.named(target.replaces)
  if (target.replaces !== undefined && other?.state !== 'confirmed') return undefined
  const uri = targetUri(leg, target.to, other)
  if (uri === undefined) return undefined
  if (other === undefined) return serializeReferTo(uri)
  // RFC 3891 §3: the tags are named from the point of view of who is to replace its dialog with us.
  const { callId, localTag, remoteTag } = other.dialog
  return serializeReferTo(uri, { callId, toTag: remoteTag, fromTag: localTag, earlyOnly: false })
}

/** A URI as it is; a number at the peer's own domain; for an attended transfer, where the other party really is (RFC 5589 §7.3). */
function targetUri(leg: DialogLeg, to: string, other: DialogLeg | undefined): string | undefined {
  if (/^sips?:/i.test(to)) return parseUri(to)?.headers === '' ? to : undefined
  if (other !== undefined) return other.dialog.remoteTarget.replace(/\?.*$/, '')
  const domain = parseUri(uriOf(leg.dialog.remoteUri))?.host
  const uri = `sip:${to}@${domain ?? ''};user=phone`
  return parseUri(uri) === undefined ? undefined : uri
}

function uriOf(nameAddr: string): string {
  return parseNameAddr(nameAddr)?.uri ?? ''
}
