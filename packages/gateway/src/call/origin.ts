import type { AppId, TenantId, TrunkId } from '#kernel'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { CallLeg, LegWatcher } from './call-leg.ts'
import type { ActionAddress, EventAddress } from './command-parts.ts'
import type { CallCommand } from './commands.ts'
import type { SignallingEnd, SignallingSecurity } from './contract.ts'
import type { EndReason, StoryValue } from './deps.ts'
import type { Live } from './live.ts'
import type { PlacedLeg } from './place-leg.ts'

/** How a call came about: somebody called us, or we call somebody. */
export interface Origin {
  readonly direction: 'inbound' | 'outbound'
  readonly tenant: TenantId
  readonly app: AppId
  /** The one it came by, or that is tried first. */
  readonly trunk: TrunkId
  readonly from: string
  readonly to: string
  /** The first leg's, where it is known from the start. */
  readonly security: SignallingSecurity | null
  readonly variables?: Readonly<Record<string, string>>
  /** Where what becomes of the call is told, in place of the app's own address. */
  readonly events?: EventAddress | undefined
  /** The call's first audit entry. */
  readonly audit: { readonly type: string; readonly fields: Readonly<Record<string, StoryValue>> }
  start(call: CallStart): FirstLeg
}

/** What a first leg may do to its call. */
export interface CallStart extends Live {
  /** Hears a leg on the call's behalf. */
  watch(leg: () => CallLeg): LegWatcher
  /** The first leg is there, of which others are told from now on. */
  setFirst(leg: CallLeg): void
  /** Refuses what nobody answered; the call ends for this reason once the signalling says so. */
  refuse(status: number, reason: EndReason): void
  /** Audio flows. */
  answered(audio: NegotiatedAudio): Promise<void>
  /** Asks the app what to do, or whoever is named in its place; undefined when the call is over. */
  ask(type: string, data: object, action?: ActionAddress): Promise<readonly CallCommand[] | undefined>
}

/** A call's first leg, as its origin has it. */
export interface FirstLeg {
  /** What webhooks say of it. */
  describe(): Readonly<Record<string, unknown>>
  /** Goes as far as it is known what to do with the call; undefined when it is over. The call is kept and audited by then. */
  begin(kept: Promise<void>): Promise<readonly CallCommand[] | undefined>
  /** Resolves when audio can flow; rejects when it never will. */
  answer(): Promise<void>
  /** Does all that comes before an answer, and none of it can be heard; rejects as `answer` does, for a caller who has no use for one. */
  prepare(): Promise<void>
  /** Lets it hear us before the answer, where that can be done and was not yet. Only after `prepare`. */
  early(): void
  /** Refuses, or gives up, what nobody answered. */
  refuse(status: number): void
  /** Why the call ends with this leg's dialog; undefined: for what `refuse` was told. */
  reasonOf(why: SignallingEnd): EndReason | undefined
  /** Gives the leg, which is up, away to another call, with what is left of its lease; the call ends with that. */
  surrender(): { readonly placed: PlacedLeg; readonly answeredAtMs: number } | undefined
  /** The call is over. Resolves when everything of the leg beside its signalling and media is settled. */
  settle(): Promise<void>
}
