import type { CallId, LegId, Log, TenantId, TokenId } from '#kernel'
import type { FromMedia } from '#media'
import type { CallLeg } from './call-leg.ts'
import type { CallLegs } from './call-legs.ts'
import type { EventAddress } from './command-parts.ts'
import type { CallCommand } from './commands.ts'
import type { Consent } from './consent.ts'
import type { Ears } from './ears.ts'
import type { CallApp, CallDeps, EndReason, StoryValue } from './deps.ts'
import type { SecurityReceipt } from './receipt.ts'
import type { Transcriber } from './transcriber.ts'

/** What the parts of one call (program, dialler, streams, recorder) share of it. */
export interface Live {
  readonly id: CallId
  readonly tenant: TenantId
  /** The leg that commands, streams and the recording are about; undefined while one that we place is not answered. */
  readonly first: CallLeg | undefined
  /** Its media. Throws while there is none: what needs it waits for `ensureAnswered`. */
  readonly leg: LegId
  /** All that have not ended. */
  readonly legs: CallLegs
  /** On whose behalf it dials: the token that made the call or gave the last commands; undefined for the app's own answers. */
  readonly token: TokenId | undefined
  readonly deps: CallDeps
  readonly app: CallApp
  readonly log: Log
  readonly receipt: SecurityReceipt
  /** Aborts when the call ends. */
  readonly signal: AbortSignal
  /** Answers the call if nobody has; resolves when audio can flow. Rejects when the call cannot be answered. */
  ensureAnswered(): Promise<void>
  /** Makes ready to answer, and to be heard before that. Rejects when the call cannot be answered. */
  prepare(): Promise<void>
  /** Lets a caller whom nobody answered hear what is played or bridged to them (early media). Only after `prepare`. */
  early(): void
  /** Refuses a call that nobody has answered, and ends it; one that was answered just ends. */
  reject(status: number, reason: EndReason): Promise<void>
  end(reason: EndReason): Promise<void>
  /** What every decision webhook says about the call. */
  describe(): { readonly call_id: CallId; readonly call_sid: string } & Readonly<Record<string, unknown>>
  /** The app is about to hear of the call, so that it will be told of its end as well. */
  asking(): void
  /** A line in the call's story: fire and forget. */
  story(kind: string, fields?: Readonly<Record<string, StoryValue>>): void
  /** An entry in the audit log; resolves when durable, ends the call and rejects when it cannot be. */
  audit(type: string, fields?: Readonly<Record<string, StoryValue>>): Promise<void>
  /** Queues an event webhook; its failure is logged, never thrown. `events`: where it goes in place of the app's own address, if at all. */
  tell(type: string, data?: object, events?: EventAddress): Promise<void>
  /** Notes something about the call, null to forget it; durable when it resolves. What is too much changes nothing, and the app is told. */
  set(variables: Readonly<Record<string, string | null>>): Promise<void>
  /** Runs commands in mid-call: immediate ones beside what goes on, any other list in its place. Rejects with `CALL_ENDED`. */
  command(commands: readonly CallCommand[]): Promise<void>
  readonly ears: Ears
  /** Whether the call may be recorded. */
  readonly consent: Consent
  /** What hears what is said. */
  readonly words: Transcriber
  /** Hears what the media plane reports on one leg, its keys among it, until the returned function is called. */
  onLeg(leg: CallLeg, handler: (event: FromMedia) => void): () => void
  /** Hears what the media plane reports on the first leg until the returned function is called. */
  onMedia(handler: (event: FromMedia) => void): () => void
}
