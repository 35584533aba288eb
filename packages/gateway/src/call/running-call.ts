import type { CallId, LegId, StreamId, TenantId, TokenId } from '#kernel'
import type { VariableChange, Variables } from './call-variables.ts'
import type { CallCommand } from './commands.ts'
import type { IncomingCall } from './contract.ts'
import type { EndReason } from './deps.ts'
import type { Claim } from './dialler.ts'
import type { StreamCommand } from './streams.ts'
import type { SecurityReceipt } from './receipt.ts'

export type CallState = 'ringing' | 'active' | 'ended'

/** One conversation, from the INVITE to the receipt. */
export interface Call {
  readonly id: CallId
  readonly tenant: TenantId
  readonly state: CallState
  /** The `idempotency_key` of the payment that is under way, where it has one. */
  readonly paying: string | undefined
  /** Runs commands in mid-call: immediate ones beside what goes on, any other list in its place. Rejects with `CALL_ENDED`. */
  command(commands: readonly CallCommand[], token?: TokenId): Promise<void>
  /** Opens a stream that the app only hears, beside what goes on; its id is known at once. Rejects with `CALL_ENDED`. */
  fork(command: StreamCommand, token?: TokenId): Promise<StreamId>
  end(reason: EndReason): Promise<void>
  /** Takes what is noted about the call as it is now; durable when it resolves. */
  /** What is noted of it afterwards; `refused`: it would be too much, and nothing changed. */
  changeVariables(change: VariableChange): Promise<Variables | 'refused'>
  /** Lets a dialog take the place of one of this call's (RFC 3891). False when the call has none of that name. */
  takeOver(name: LegId, incoming: IncomingCall): boolean
  /** Whom the leg talks with whose dialog has this name: for another call to take. */
  lend(name: LegId): Claim | undefined
  /** What it is at this moment: the leg that commands are about, the names of its dialogs, and its receipt so far. Borrowed; not to be kept. */
  look(): {
    readonly leg: LegId | undefined
    readonly names: readonly LegId[]
    readonly receipt: SecurityReceipt
  }
  /** Resolves when the call is on record. Rejects when it cannot be. */
  readonly kept: Promise<void>
  /** Resolves when everything of the call is settled and stored. */
  readonly settled: Promise<void>
}

/** Whom another call's first leg talks with, when its dialog has this name. */
export type ClaimOf = (name: LegId, by: Call) => Claim | undefined

/** What comes with a call beside its origin. */
export interface CallOptions {
  /** On whose behalf it dials. */
  readonly token?: TokenId | undefined
  readonly claimOf: ClaimOf
}
