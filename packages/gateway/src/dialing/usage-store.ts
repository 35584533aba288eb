import type { AppId } from '#kernel'

/** An attempt as it is written before the call is placed. */
export interface OpenDialLease {
  readonly id: string
  readonly app: AppId
  /** Whose limits it counts against. */
  readonly scopes: readonly string[]
  /** UTC, `2026-01-31`: its minutes count on that day, however long it lasts. */
  readonly day: string
  readonly startedAtMs: number
  /** Price of a minute in millionths. */
  readonly rateMicro: number
}

/** What was used, as a start finds it. */
export interface DialUsage {
  /** Attempts that nobody ended: a crash did. */
  readonly open: readonly OpenDialLease[]
  /** Attempts since `attemptsAfterMs`, ended ones and open ones. */
  readonly attempts: readonly Pick<OpenDialLease, 'scopes' | 'startedAtMs'>[]
  readonly used: readonly { scope: string; day: string; usedMs: number; spentMicro: number }[]
  /** `quiet`: attempts up to which an alert was the last of its hour; 0 without one. */
  readonly hours: readonly { app: AppId; hour: number; attempts: number; quiet: number }[]
  readonly stopped: readonly AppId[]
}

/** Where the guard remembers. Every promise rejects when that cannot be done; a resolved write is durable. */
export interface DialUsageStore {
  load(from: { attemptsAfterMs: number; day: string; hour: number }): Promise<DialUsage>
  /** Adds the attempt, also to those of its app in its hour (hours since 1970). */
  open(lease: OpenDialLease, hour: number): Promise<void>
  /** Ends the attempt and adds what it used to all its scopes; once, however often it is asked. */
  settle(lease: OpenDialLease, usedMs: number, spentMicro: number): Promise<void>
  /** An alert was raised in that hour, and the next one waits for so many attempts. */
  quieten(app: AppId, hour: number, attempts: number): Promise<void>
  stop(app: AppId, atMs: number): Promise<void>
  lift(app: AppId): Promise<void>
  /** Forgets ended attempts, days and hours before these. */
  prune(before: { attemptsAfterMs: number; day: string; hour: number }): Promise<void>
}
