import type { Clock } from '#kernel'
import type { SecureRoom } from '#media'
import type { CallLeg } from './call-leg.ts'

type Leg = Pick<CallLeg, 'secure' | 'room'>

/** The one room that a call's keys can be secret in. */
export interface SecureDoor {
  /** Resolves when the leg's keys are told to nobody else: before that nobody is asked for any. A room that is closing stays. */
  open(leg: Leg, room: SecureRoom): Promise<void>
  /** A key came. */
  keyed(): void
  /** Opens the door again in a moment, or a moment after the last key that comes meanwhile; resolves when it is open. */
  close(): Promise<void>
  /** Stays shut for good: the leg is going, and what it still says is nobody's. */
  keepShut(): void
}

/** Whoever presses on when it is over, or only begins to, or has not let go of the last key, is not heard by others either. */
const guardMs = 1_000
/** Somebody who presses on and on keeps it shut no longer than this: a card in full, at the pace of a slow hand. */
const longestGuardMs = 20_000

/** How late the caller is heard by those who hear them meanwhile: the longest that a detector may take. */
export const lookAheadMs = 60

export function secureDoor(clock: Clock): SecureDoor {
  let inside: { readonly leg: Leg; readonly room: SecureRoom } | undefined
  let lastKeyMs = -guardMs
  let closing: { cancel: () => void; readonly done: PromiseWithResolvers<void> } | undefined
  const stay = () => {
    closing?.cancel()
    closing?.done.resolve()
    closing = undefined
  }
  const leave = () => {
    stay()
    // A leg that another call has by now may be in a room of that one; and one that is gone has no keys.
    if (inside?.leg.room === inside?.room) inside?.leg.secure(null).catch(() => {})
    inside = undefined
  }
  const restMs = () => lastKeyMs + guardMs - clock.monotonicMs()
  const leaveAfter = (ms: number, latestMs: number): (() => void) =>
    clock.set(ms, () => {
      const more = Math.min(restMs(), latestMs - clock.monotonicMs())
      if (more <= 0 || closing === undefined) leave()
      else closing.cancel = leaveAfter(more, latestMs)
    })
  return {
    open(leg, room) {
      if (inside?.leg !== leg) leave()
      stay()
      inside = { leg, room }
      lastKeyMs = -guardMs
      return leg.secure(room)
    },
    keyed() {
      lastKeyMs = clock.monotonicMs()
    },
    close() {
      if (inside === undefined) return Promise.resolve()
      stay()
      const done = Promise.withResolvers<void>()
      const latestMs = clock.monotonicMs() + longestGuardMs
      closing = { cancel: leaveAfter(guardMs, latestMs), done }
      return done.promise
    },
    keepShut() {
      stay()
      inside = undefined
    },
  }
}

/** What each listener gets of the caller meanwhile. Nothing is recorded and no app is streamed to, whoever else may listen. */
export function roomFor(command: {
  readonly mode: 'caller' | 'agent'
  readonly agent: 'speech' | 'muted'
  readonly mask: 'silence' | 'beep'
}): SecureRoom {
  const hears = command.mode === 'agent' && command.agent === 'speech' ? 'speech' : 'nothing'
  return {
    streams: 'nothing',
    recording: 'nothing',
    listening: 'nothing',
    bridge: hears,
    mask: command.mask,
    lookAheadMs,
  }
}
