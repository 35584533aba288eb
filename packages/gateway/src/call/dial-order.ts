import type { LegId } from '#kernel'
import type { Scene } from './arrangement.ts'
import type { CallLeg, LegWatcher } from './call-leg.ts'
import type { ChildOrder } from './child-legs.ts'
import type { DialledParty, PartyEnd } from './dialled-party.ts'
import type { NotPlaced } from './place-leg.ts'

export interface DialOrder extends ChildOrder {
  readonly to: readonly string[]
  readonly strategy: 'sequential' | 'simultaneous'
  readonly ring: Scene<LegId>['ring']
  readonly timeLimitMs: number | undefined
  readonly hangupOnStar: boolean
  /** They are connected. */
  readonly connected?: () => void
}

/** What came of a `dial`. */
export type DialReport =
  | {
      readonly answered: true
      readonly endedBy: PartyEnd
      readonly durationMs: number
      /** Who answered. */
      readonly leg: LegId | undefined
    }
  | { readonly answered: false; readonly failed: NotPlaced }

/** What the dialler needs of its call beyond what all parts share. */
export interface DiallerHost {
  /** Hears a leg on the call's behalf, which passes on what is the dialler's. */
  watch(leg: () => CallLeg): LegWatcher
  /** The first leg goes; this one, which is up, is the first from now on. */
  promote(leg: CallLeg): void
  /** Whom the first leg of another call talks with, when that leg's dialog has this name. */
  claim(name: LegId): Claim | undefined
}

/** Somebody who may be taken over from another call, which ends with that. */
export interface Claim {
  readonly leg: CallLeg
  /** Before it moves; what it returns is for a move that failed. */
  prepare(): Promise<() => Promise<void>>
  take(): ReturnType<DialledParty['surrender']>
}
