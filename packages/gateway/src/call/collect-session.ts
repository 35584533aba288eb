import type { CallLeg } from './call-leg.ts'
import type { KeyRoom, RoomSettings } from './collect-fields.ts'
import { collectProgress, type CollectProgress } from './collect-progress.ts'
import { promptPlayer } from './collect-prompts.ts'
import type { EventAddress } from './command-parts.ts'
import type { Live } from './live.ts'
import { paySteps, type PayStep, type PaySteps } from './pay-steps.ts'
import type { SecureCaptureEntry } from './receipt.ts'

/**
 * Why one ends before its time. `superseded`: newer commands, or another of its kind, took its place. `replaced`: another peer took the
 * caller's place.
 */
export type StopReason = 'cancelled' | 'limit' | 'superseded' | 'replaced'

/** One `collect` or `pay`, while it lasts. */
export interface CollectSession {
  readonly live: Live
  /** Whose keys are taken. */
  readonly leg: CallLeg | undefined
  readonly room: KeyRoom
  readonly entry: SecureCaptureEntry
  readonly progress: CollectProgress
  /** What is to be asked for next, where that is told one by one. */
  readonly steps: Pick<PaySteps, 'next' | 'onStep'>
  /** Aborts when no key is wanted any more. */
  readonly signal: AbortSignal
  /** Aborts when the call has waited long enough after its end for what was sent. */
  readonly patience: AbortSignal
  /** Why it was stopped, where `signal` aborted for another reason than that the call's program or the call did. */
  readonly stopped: StopReason | undefined
  readonly startedAtMs: number
}

export interface SessionControl {
  readonly session: CollectSession
  key(digit: string): void
  step(step: PayStep): void
  stop(why: StopReason): void
  loseCall(): void
}

/** @param signal - Of the program that it is a command of, or of the call. */
export function collectSession(
  live: Live,
  o: {
    readonly what: string
    readonly provider: string | null
    readonly settings: RoomSettings
    readonly events: EventAddress | undefined
  },
  signal: AbortSignal,
): SessionControl {
  const { clock } = live.deps
  const [stop, patience] = [new AbortController(), new AbortController()]
  const either = AbortSignal.any([signal, stop.signal])
  const steps = paySteps(either)
  let stopped: StopReason | undefined
  let take: (digit: string) => void = () => {}
  const progress = collectProgress(clock, ({ name, ...rest }) => {
    void live.tell('call.collect.progress', { field: name, ...rest }, o.events)
  })
  const entry: SecureCaptureEntry = {
    what: o.what,
    outcome: 'aborted',
    attempts: 0,
    provider: o.provider,
    atMs: clock.now(),
  }
  const room: KeyRoom = {
    clock,
    settings: o.settings,
    signal: either,
    prompts: promptPlayer(live, either),
    tell: (name, told) => progress.tell(name, told),
    listen: (next) => (take = next),
  }
  return {
    session: {
      live,
      leg: live.first,
      room,
      entry,
      progress,
      steps,
      signal: either,
      patience: patience.signal,
      get stopped() {
        return stopped
      },
      startedAtMs: clock.monotonicMs(),
    },
    key: (digit) => take(digit),
    step: (step) => steps.add(step),
    stop(why) {
      stopped ??= why
      stop.abort()
    },
    loseCall: () => patience.abort(),
  }
}
