import { sql } from 'kysely'
import type { AlertId, TenantId } from '#kernel'
import type { Database } from './open-database.ts'
import type { AlertRow } from './schema-shipping.ts'

export interface AlertKeyRow {
  readonly tenant: TenantId
  readonly rule: string
  readonly group_key: string
}

interface NoticeRow {
  readonly alert: AlertId
  readonly tenant: TenantId
  readonly receiver: string
  readonly attempt: number
  readonly next_at: Date
}

/**
 * Alerts, what their rules counted, and who is still to be told. Every promise rejects with `DbError`; a resolved write is on disk.
 * `Alert` is what the caller takes a row for, with the `detail` it gave.
 */
export function alertStore<Alert extends AlertRow>({
  kysely,
  asTenant,
}: Pick<Database, 'kysely' | 'asTenant'>) {
  const rows = (found: readonly AlertRow[]) => found as readonly Alert[]
  return {
    async counts() {
      return kysely.selectFrom('alert_counts').selectAll().execute()
    },
    async latest(keys: readonly AlertKeyRow[]): Promise<readonly Alert[]> {
      const { rows: found } = await sql<AlertRow>`
        select distinct on (a.tenant, a.rule, a.group_key) a.*
        from json_to_recordset(${JSON.stringify(keys)}::text::json) as k(tenant text, rule text, group_key text)
        join alerts a on a.tenant = k.tenant and a.rule = k.rule and a.group_key = k.group_key
        order by a.tenant, a.rule, a.group_key, a.id desc`.execute(kysely)
      return rows(found)
    },
    /** One statement: counts are added, alerts replaced but for an acknowledgement, notices begin anew, cursors move on. */
    async apply(
      reader: string,
      change: {
        readonly positions: ReadonlyMap<string, number>
        readonly at: Date
        readonly counts: readonly (AlertKeyRow & { readonly slot: number; readonly events: number })[]
        readonly alerts: readonly Alert[]
        readonly notices: readonly Omit<NoticeRow, 'attempt'>[]
      },
    ): Promise<void> {
      const positions = [...change.positions].map(([log, next_index]) => ({ log, next_index }))
      const json = (value: unknown) => JSON.stringify(value)
      await sql`
        with counted as (
          insert into alert_counts (rule, tenant, group_key, slot, events)
          select rule, tenant, group_key, slot, sum(events)
          from json_to_recordset(${json(change.counts)}::text::json)
            as c(rule text, tenant text, group_key text, slot bigint, events bigint)
          group by rule, tenant, group_key, slot
          on conflict (rule, tenant, group_key, slot) do update set events = alert_counts.events + excluded.events
        ), raised as (
          insert into alerts (id, tenant, rule, group_key, severity, state, events, first_at, last_at, told_at, detail)
          select id, tenant, rule, group_key, severity, 'open', events, first_at, last_at, told_at, detail
          from json_to_recordset(${json(change.alerts)}::text::json)
            as a(id text, tenant text, rule text, group_key text, severity text, events bigint,
              first_at timestamptz, last_at timestamptz, told_at timestamptz, detail jsonb)
          on conflict (id) do update set events = excluded.events, last_at = excluded.last_at,
            told_at = excluded.told_at, detail = excluded.detail
        ), noticed as (
          insert into alert_notices (alert, tenant, receiver, attempt, next_at)
          select alert, tenant, receiver, 0, next_at
          from json_to_recordset(${json(change.notices)}::text::json)
            as n(alert text, tenant text, receiver text, next_at timestamptz)
          on conflict (alert, receiver) do update set attempt = 0, next_at = excluded.next_at
        )
        insert into log_cursors (reader, log, next_index, moved_at)
        select ${reader}, log, next_index, ${change.at.toISOString()}::timestamptz
        from json_to_recordset(${json(positions)}::text::json) as p(log text, next_index bigint)
        on conflict (reader, log) do update set
          next_index = greatest(log_cursors.next_index, excluded.next_index), moved_at = excluded.moved_at`.execute(
        kysely,
      )
    },
    async due(at: Date, limit: number) {
      const found = await kysely
        .selectFrom('alert_notices as n')
        .innerJoin('alerts as a', 'a.id', 'n.alert')
        .selectAll('a')
        .select(['n.alert', 'n.receiver', 'n.attempt', 'n.next_at'])
        .where('n.next_at', '<=', at)
        .orderBy('n.next_at')
        .orderBy('n.alert')
        .limit(limit)
        .execute()
      return found.map(({ alert, receiver, attempt, next_at, ...about }) => ({
        alert,
        tenant: about.tenant,
        receiver,
        attempt,
        next_at,
        about: about as AlertRow as Alert,
      }))
    },
    async nextNotice(): Promise<Date | undefined> {
      const next = await kysely
        .selectFrom('alert_notices')
        .select('next_at')
        .orderBy('next_at')
        .limit(1)
        .executeTakeFirst()
      return next?.next_at
    },
    /** They need not be told any more. */
    async told(notices: readonly NoticeRow[]): Promise<void> {
      for (const { alert, receiver } of notices)
        await kysely
          .deleteFrom('alert_notices')
          .where('alert', '=', alert)
          .where('receiver', '=', receiver)
          .execute()
    },
    async postpone(notices: readonly NoticeRow[], nextAt: Date, error: string): Promise<void> {
      for (const { alert, receiver, attempt } of notices)
        await kysely
          .updateTable('alert_notices')
          .set({ attempt: attempt + 1, next_at: nextAt, last_error: error.slice(0, 500) })
          .where('alert', '=', alert)
          .where('receiver', '=', receiver)
          .execute()
    },
    async list(
      tenant: TenantId,
      page: {
        readonly state: AlertRow['state'] | undefined
        readonly before: string | undefined
        readonly limit: number
      },
    ): Promise<readonly Alert[]> {
      let query = asTenant(tenant).selectFrom('alerts').selectAll().where('tenant', '=', tenant)
      if (page.state !== undefined) query = query.where('state', '=', page.state)
      if (page.before !== undefined) query = query.where('id', '<', page.before as AlertId)
      return rows(await query.orderBy('id', 'desc').limit(page.limit).execute())
    },
    async get(tenant: TenantId, id: AlertId): Promise<Alert | undefined> {
      const found = await asTenant(tenant)
        .selectFrom('alerts')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return rows(found === undefined ? [] : [found])[0]
    },
    /** Again: nothing; who did it first stays. */
    async acknowledge(tenant: TenantId, id: AlertId, by: string, at: Date): Promise<void> {
      await asTenant(tenant)
        .updateTable('alerts')
        .set({ state: 'acknowledged', acknowledged_by: by, acknowledged_at: at })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('state', '=', 'open')
        .execute()
    },
    /** How many are open, by severity: for the metrics. */
    async open(): Promise<readonly { readonly severity: string; readonly count: number }[]> {
      const found = await kysely
        .selectFrom('alerts')
        .select(['severity', (select) => select.fn.countAll<number>().as('count')])
        .where('state', '=', 'open')
        .groupBy('severity')
        .execute()
      return found.map(({ severity, count }) => ({ severity, count }))
    },
    async prune(before: Date, most: number): Promise<void> {
      await kysely.deleteFrom('alerts').where('last_at', '<', before).execute()
      await sql`
        delete from alerts where id in (
          select id from (select id, row_number() over (partition by tenant order by id desc) as place from alerts) as ranked
          where place > ${most})`.execute(kysely)
    },
    async pruneCounts(rule: string, beforeSlot: number): Promise<void> {
      await kysely
        .deleteFrom('alert_counts')
        .where('rule', '=', rule)
        .where('slot', '<', beforeSlot)
        .execute()
    },
  }
}
export type AlertStore<Alert extends AlertRow> = ReturnType<typeof alertStore<Alert>>
