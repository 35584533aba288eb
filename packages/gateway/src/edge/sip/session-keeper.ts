import { glareDelayMs } from '@voxkeep/wire/dialog'
import type { Clock } from '#kernel'
import type { Outcome } from './peers.ts'
import {
  minIntervalS,
  parseSessionExpires,
  sessionDeadlineMs,
  serializeSessionExpires,
  type SessionTimerOffer,
} from './session-timer.ts'

export interface SessionKeeper {
  /** What the latest INVITE or UPDATE of the peer agreed on; `none` ends the keeping. */
  agree(offer: SessionTimerOffer): void
  stop(): void
}

/**
 * Keeps a session alive as agreed (RFC 4028 §10): refreshes it when that is ours to do, gives it up when the peer whose
 * part that is falls silent.
 */
export function sessionKeeper(deps: {
  clock: Clock
  /** In [0, 1). */
  chance: () => number
  refresh: (headers: readonly (readonly [string, string])[]) => Promise<Outcome>
  /** The session is dead: the peer did not refresh it, or does not know it any more. */
  giveUp: () => void
}): SessionKeeper {
  const { clock } = deps
  let cancel: (() => void) | undefined
  let generation = 0

  function agree(offer: SessionTimerOffer): void {
    stop()
    if (offer.kind !== 'timer') return
    const act = offer.peerRefreshes ? deps.giveUp : () => void refresh(offer.timer.intervalS, generation)
    cancel = clock.set(sessionDeadlineMs(offer), act)
  }
  function stop(): void {
    cancel?.()
    cancel = undefined
    generation += 1
  }
  async function refresh(intervalS: number, current: number): Promise<void> {
    const wanted = serializeSessionExpires({ intervalS, refresher: 'uac' })
    const outcome = await deps.refresh([
      ['Session-Expires', wanted],
      ['Supported', 'timer'],
    ])
    if (current !== generation) return // agreed anew, or over
    if (outcome.kind !== 'response') return deps.giveUp()
    const { status, headers } = outcome.response
    if (status === 481 || status === 408) return deps.giveUp() // RFC 4028 §10
    if (status >= 200 && status < 300) return renew(headers.get('Session-Expires'))
    if (status === 422) return again(Math.max(minIntervalS, Number(headers.get('Min-SE')) || 0), 0)
    if (status === 491) return again(intervalS, glareDelayMs(false, deps.chance))
    // Refused for another reason: the session may live on until its interval ends.
    cancel = clock.set((intervalS / 2 - Math.min(32, intervalS / 6)) * 1_000, deps.giveUp)
  }
  /** RFC 4028 §7.2: the 2xx says who refreshes next; without a word there is no expiry any more. */
  function renew(answer: string | undefined): void {
    const agreed = parseSessionExpires(answer ?? '')
    if (agreed === undefined) return stop()
    // In our own request we are the `uac`.
    const peerRefreshes = agreed.refresher === 'uas'
    agree({ kind: 'timer', timer: { ...agreed, refresher: peerRefreshes ? 'uac' : 'uas' }, peerRefreshes })
  }
  function again(intervalS: number, delayMs: number): void {
    const current = generation
    const boundedS = Math.min(intervalS, 24 * 60 * 60)
    cancel = clock.set(delayMs, () => void refresh(boundedS, current))
  }
  return { agree, stop }
}
