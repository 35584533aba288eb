import { sql } from 'kysely'
import type { AppId } from '#kernel'
import type { Database } from './open-database.ts'
import type { DialLeaseRow } from './schema.ts'

/** From what an attempt, a day and an hour are remembered. */
export interface DialHorizon {
  readonly attemptsAfterMs: number
  /** UTC, `2026-01-31`. */
  readonly day: string
  /** Hours since 1970. */
  readonly hour: number
}

/** One attempt to call somebody, as it is written before the call is placed. */
export interface NewDialLease {
  readonly id: string
  readonly app: AppId
  readonly scopes: readonly string[]
  readonly day: string
  readonly startedAtMs: number
  readonly rateMicro: number
}

/**
 * What outbound calls used of their limits. Every promise rejects with `DbError`; a resolved write is on disk. Each write is one
 * statement, so that a crash leaves all of it or nothing.
 */
export function dialUsageStore(db: Database) {
  const { kysely } = db
  return {
    /** Attempts that are open are this node's; everything else is every node's. */
    async load(from: DialHorizon) {
      const recent = new Date(from.attemptsAfterMs)
      const leases = await kysely
        .selectFrom('dial_leases')
        .selectAll()
        .where((where) => where.or([where('ended', '=', false), where('started_at', '>', recent)]))
        .execute()
      const isOwn = ({ node }: { node: string }) => !db.isShared || node === db.node
      const used = await kysely.selectFrom('dial_usage').selectAll().where('day', '>=', from.day).execute()
      const hours = await kysely.selectFrom('dial_hours').selectAll().where('hour', '>=', from.hour).execute()
      const stops = await kysely.selectFrom('dial_stops').select('app').execute()
      const attempts = leases.map(asLease)
      return {
        open: leases.filter((lease) => !lease.ended && isOwn(lease)).map(asLease),
        attempts: attempts.filter(({ startedAtMs }) => startedAtMs > from.attemptsAfterMs),
        used: used.map((row) => ({
          scope: row.scope,
          day: row.day,
          usedMs: row.used_ms,
          spentMicro: row.spent_micro,
        })),
        hours,
        stopped: stops.map(({ app }) => app),
      }
    },
    /** Adds the attempt, also to those of its app in its hour. */
    async open(lease: NewDialLease, hour: number): Promise<void> {
      await sql`
        with attempt as (
          insert into dial_leases (id, app, scopes, day, started_at, rate_micro, ended, node)
          values (${lease.id}, ${lease.app}, ${JSON.stringify(lease.scopes)}, ${lease.day},
            ${new Date(lease.startedAtMs)}, ${lease.rateMicro}, false, ${db.node}))
        insert into dial_hours (app, hour, attempts, quiet) values (${lease.app}, ${hour}, 1, 0)
        on conflict (app, hour) do update set attempts = dial_hours.attempts + 1`.execute(kysely)
    },
    /** Ends the attempt and adds what it used to all its scopes; once, however often it is asked. */
    async settle(
      { id, day }: Pick<NewDialLease, 'id' | 'day'>,
      usedMs: number,
      spentMicro: number,
    ): Promise<void> {
      await sql`
        with attempt as (update dial_leases set ended = true where id = ${id} and not ended returning scopes)
        insert into dial_usage (scope, day, used_ms, spent_micro)
        select scope, ${day}, ${usedMs}, ${spentMicro} from attempt, jsonb_array_elements_text(scopes) as each (scope)
        on conflict (scope, day) do update set
          used_ms = dial_usage.used_ms + excluded.used_ms,
          spent_micro = dial_usage.spent_micro + excluded.spent_micro`.execute(kysely)
    },
    /** An alert was raised in that hour, and the next one waits for so many attempts. */
    async quieten(app: AppId, hour: number, quiet: number): Promise<void> {
      await kysely
        .insertInto('dial_hours')
        .values({ app, hour, attempts: 0, quiet })
        .onConflict((conflict) => conflict.columns(['app', 'hour']).doUpdateSet({ quiet }))
        .execute()
    },
    async stop(app: AppId, atMs: number): Promise<void> {
      await kysely
        .insertInto('dial_stops')
        .values({ app, since: new Date(atMs) })
        .onConflict((conflict) => conflict.column('app').doNothing())
        .execute()
    },
    async lift(app: AppId): Promise<void> {
      await kysely.deleteFrom('dial_stops').where('app', '=', app).execute()
    },
    /** Forgets what is older; open attempts are never forgotten. */
    async prune(before: DialHorizon): Promise<void> {
      await kysely
        .deleteFrom('dial_leases')
        .where('ended', '=', true)
        .where('started_at', '<=', new Date(before.attemptsAfterMs))
        .execute()
      await kysely.deleteFrom('dial_usage').where('day', '<', before.day).execute()
      await kysely.deleteFrom('dial_hours').where('hour', '<', before.hour).execute()
    },
  }
}
export type DialUsageStore = ReturnType<typeof dialUsageStore>

function asLease(row: DialLeaseRow): NewDialLease {
  const { id, app, day } = row
  return {
    id,
    app,
    day,
    scopes: row.scopes as readonly string[],
    startedAtMs: row.started_at.getTime(),
    rateMicro: row.rate_micro,
  }
}
