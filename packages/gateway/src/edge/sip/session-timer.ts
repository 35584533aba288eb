import type { SipMessage, SipRequest, SipResponse } from '@voxkeep/wire/sip'

export type Refresher = 'uac' | 'uas'

/** What was agreed about refreshing the session: RFC 4028. `refresher` is from the point of view of the request it was in. */
export interface SessionTimer {
  readonly intervalS: number
  readonly refresher: Refresher
}

export type SessionTimerOffer =
  | { readonly kind: 'none' }
  | { readonly kind: 'timer'; readonly timer: SessionTimer; readonly peerRefreshes: boolean }
  /** 422 with `Min-SE`. */
  | { readonly kind: 'too-small' }

/** RFC 4028 §4: shorter intervals are refused, so that nobody can make us refresh without pause. */
export const minIntervalS = 90
const maxIntervalS = 24 * 60 * 60

/** `Session-Expires: 1800;refresher=uac`. Never throws. */
export function parseSessionExpires(text: string): { intervalS: number; refresher?: Refresher } | undefined {
  const match = /^0*(\d{1,10})[ \t]*(?:;(.*))?$/.exec(text.trim())
  if (match === null) return undefined
  const intervalS = Math.min(Number(match[1]), maxIntervalS)
  const refresher = /(?:^|;)[ \t]*refresher[ \t]*=[ \t]*(uac|uas)[ \t]*(?:;|$)/i.exec(match[2] ?? '')?.[1]
  return refresher === undefined
    ? { intervalS }
    : { intervalS, refresher: refresher.toLowerCase() as Refresher }
}

export function serializeSessionExpires(timer: SessionTimer): string {
  return `${timer.intervalS};refresher=${timer.refresher}`
}

/**
 * What we agree to when we are the server of `request` (RFC 4028 §9): the interval that was asked for; the peer refreshes
 * if it can and did not ask us to.
 *
 * @param wantedS - What we ask for when the peer knows timers and does not ask itself; then we refresh, so that we find
 *   out about a peer that is gone. Without it there is no timer unless the request has one.
 */
export function sessionTimerFor(request: SipRequest, wantedS?: number): SessionTimerOffer {
  const asked = parseSessionExpires(request.headers.get('Session-Expires') ?? '')
  const supports = supportsTimer(request)
  if (asked === undefined) {
    if (wantedS === undefined || !supports) return { kind: 'none' }
    return served(Math.max(wantedS, minSeOf(request)), 'uas')
  }
  if (asked.intervalS < minIntervalS) {
    if (supports) return { kind: 'too-small' }
    return served(minIntervalS, 'uas') // RFC 4028 §9: a peer without the extension would not understand a 422
  }
  return served(asked.intervalS, supports ? (asked.refresher ?? 'uac') : 'uas')
}

function supportsTimer(request: SipRequest): boolean {
  return [...request.headers.getAll('Supported'), ...request.headers.getAll('Require')].some(
    (tag) => tag.toLowerCase() === 'timer',
  )
}

function served(intervalS: number, refresher: Refresher): SessionTimerOffer {
  return { kind: 'timer', timer: { intervalS, refresher }, peerRefreshes: refresher === 'uac' }
}

/** The headers of the 2xx: RFC 4028 §9, with `Require` only when the peer is to refresh. */
export function sessionTimerHeaders(offer: SessionTimerOffer): (readonly [string, string])[] {
  if (offer.kind !== 'timer') return []
  const headers: (readonly [string, string])[] = [['Session-Expires', serializeSessionExpires(offer.timer)]]
  if (offer.peerRefreshes) headers.push(['Require', 'timer'])
  return headers
}

/**
 * What a request of ours asks for, beside `Supported: timer` (RFC 4028 §7.1). Without `refresher` the peer chooses, as in
 * a first INVITE.
 */
export function sessionTimerRequest(intervalS: number, refresher?: Refresher): (readonly [string, string])[] {
  const value =
    refresher === undefined ? String(intervalS) : serializeSessionExpires({ intervalS, refresher })
  return [
    ['Session-Expires', value],
    ['Min-SE', String(minIntervalS)],
  ]
}

/**
 * What the 2xx to a request of ours agreed on (RFC 4028 §7.2), asked for or not: a peer may impose a timer on who did not
 * mention one. We refresh unless it says that it does. Without Session-Expires the session does not expire.
 */
export function sessionTimerOf(success: SipResponse): SessionTimerOffer {
  const agreed = parseSessionExpires(success.headers.get('Session-Expires') ?? '')
  if (agreed === undefined) return { kind: 'none' }
  const { refresher = 'uac' } = agreed
  const intervalS = Math.max(agreed.intervalS, minIntervalS)
  return { kind: 'timer', timer: { intervalS, refresher }, peerRefreshes: refresher === 'uas' }
}

/** The interval to ask for after a 422 (RFC 4028 §7.3); never less than before. */
export function raisedIntervalS(refusal: SipResponse, askedS: number): number {
  return Math.min(Math.max(askedS, minIntervalS, minSeOf(refusal)), maxIntervalS)
}

/** 0 without the header. */
function minSeOf(message: SipMessage): number {
  const text = /^[ \t]*(\d{1,10})/.exec(message.headers.get('Min-SE') ?? '')?.[1]
  return Math.min(Number(text ?? 0), maxIntervalS)
}

/** When we refresh, or do without the peer's refresh: at half of the interval, so that there is time to try again. */
export function refreshAfterMs(intervalS: number): number {
  return (intervalS / 2) * 1_000
}

/** When the session is given up: a little before its end (RFC 4028 §10). */
export function giveUpAfterMs(intervalS: number): number {
  return (intervalS - Math.min(32, intervalS / 3)) * 1_000
}
