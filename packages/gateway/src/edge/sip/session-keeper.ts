import { glareDelayMs } from '@voxkeep/wire/dialog'
import type { SipResponse } from '@voxkeep/wire/sip'
import type { Clock } from '#kernel'
import type { Outcome } from './peers.ts'
import {
  giveUpAfterMs,
  raisedIntervalS,
  refreshAfterMs,
  sessionTimerOf,
  sessionTimerRequest,
  type SessionTimerOffer,
} from './session-timer.ts'

type HeaderLines = readonly (readonly [string, string])[]

export interface SessionKeeper {
  /** What the latest exchange agreed on; `none` ends the keeping. */
  agree(offer: SessionTimerOffer): void
  /** What a request of ours that refreshes the session says, so that it does not end the timer (RFC 4028 §7.4). */
  headers(): HeaderLines
  /** The 2xx to such a request. */
  renewed(success: SipResponse): void
  stop(): void
}

export interface KeeperDeps {
  readonly clock: Clock
  /** In [0, 1). */
  readonly chance: () => number
  readonly ownsCallId: boolean
  /** Sends a request with these headers, unless it is not due any more when its turn comes; a 2xx comes to `renewed` too. */
  readonly refresh: (headers: HeaderLines, isDue: () => boolean) => Promise<Outcome>
  /** The session is dead: the peer did not refresh it, or does not know it any more. */
  readonly giveUp: () => void
}

const retryMs = 10_000 // between refreshes that found no way to the peer

/**
 * Keeps a session alive as agreed (RFC 4028 §10): refreshes it when that is ours to do, early enough to try again; gives
 * it up when the peer does not answer, does not know it, or was to refresh it and fell silent.
 */
export function sessionKeeper(deps: KeeperDeps): SessionKeeper {
  const { clock } = deps
  let agreed: SessionTimerOffer = { kind: 'none' }
  let cancelNext: (() => void) | undefined
  let cancelLast: (() => void) | undefined
  let generation = 0

  function agree(offer: SessionTimerOffer): void {
    stop()
    agreed = offer
    if (offer.kind !== 'timer') return
    const { intervalS } = offer.timer
    cancelLast = clock.set(giveUpAfterMs(intervalS), deps.giveUp)
    if (!offer.peerRefreshes) next(refreshAfterMs(intervalS), intervalS)
  }
  function stop(): void {
    cancelNext?.()
    cancelLast?.()
    cancelNext = cancelLast = undefined
    generation += 1
  }
  function next(delayMs: number, intervalS: number): void {
    const current = generation
    cancelNext = clock.set(delayMs, () => void refresh(intervalS, current))
  }
  async function refresh(intervalS: number, current: number): Promise<void> {
    const isDue = () => current === generation
    const outcome = await deps.refresh(headersOf(intervalS), isDue)
    if (!isDue()) return // agreed anew, or over
    if (outcome.kind !== 'response')
      return outcome.kind === 'timeout' ? deps.giveUp() : next(retryMs, intervalS)
    const { response } = outcome
    switch (response.status) {
      case 408:
      case 481:
        return deps.giveUp() // RFC 4028 §10
      case 422: {
        const raisedS = raisedIntervalS(response, intervalS)
        return raisedS > intervalS ? next(0, raisedS) : undefined
      }
      case 491:
        return next(glareDelayMs(deps.ownsCallId, deps.chance), intervalS)
    }
    // Refused for another reason: the session lives on until its interval ends.
  }
  /** RFC 4028 §7.4: who refreshes stays who it is; in our own request we are the `uac`. */
  function headersOf(intervalS: number): HeaderLines {
    const peerRefreshes = agreed.kind === 'timer' && agreed.peerRefreshes
    return sessionTimerRequest(intervalS, peerRefreshes ? 'uas' : 'uac')
  }
  return {
    agree,
    headers: () => (agreed.kind === 'timer' ? headersOf(agreed.timer.intervalS) : []),
    renewed: (success) => agree(sessionTimerOf(success)),
    stop,
  }
}
