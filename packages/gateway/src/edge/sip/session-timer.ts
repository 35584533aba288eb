import type { SipRequest } from '@voxkeep/wire/sip'

export type Refresher = 'uac' | 'uas'

/** What was agreed about refreshing the session: RFC 4028. `refresher` is from the INVITE's point of view. */
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
 * if it can and did not ask us to. Without Session-Expires there is no timer.
 */
export function sessionTimerFor(request: SipRequest): SessionTimerOffer {
  const asked = parseSessionExpires(request.headers.get('Session-Expires') ?? '')
  if (asked === undefined) return { kind: 'none' }
  const supports = supportsTimer(request)
  if (asked.intervalS < minIntervalS) {
    if (supports) return { kind: 'too-small' }
    return timerOf(minIntervalS, 'uas') // RFC 4028 §9: a peer without the extension would not understand a 422
  }
  return timerOf(asked.intervalS, supports ? (asked.refresher ?? 'uac') : 'uas')
}

function supportsTimer(request: SipRequest): boolean {
  return [...request.headers.getAll('Supported'), ...request.headers.getAll('Require')].some(
    (tag) => tag.toLowerCase() === 'timer',
  )
}

function timerOf(intervalS: number, refresher: Refresher): SessionTimerOffer {
  return { kind: 'timer', timer: { intervalS, refresher }, peerRefreshes: refresher === 'uac' }
}

/** The headers of the 2xx: RFC 4028 §9, with `Require` only when the peer is to refresh. */
export function sessionTimerHeaders(offer: SessionTimerOffer): (readonly [string, string])[] {
  if (offer.kind !== 'timer') return []
  const headers: (readonly [string, string])[] = [['Session-Expires', serializeSessionExpires(offer.timer)]]
  if (offer.peerRefreshes) headers.push(['Require', 'timer'])
  return headers
}

/** When to act: refresh at half of the interval, or give the peer up a little before its end (RFC 4028 §10). */
export function sessionDeadlineMs(offer: SessionTimerOffer & { kind: 'timer' }): number {
  const { intervalS } = offer.timer
  return offer.peerRefreshes ? (intervalS - Math.min(32, intervalS / 3)) * 1_000 : (intervalS / 2) * 1_000
}
