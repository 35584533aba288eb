import { sql } from 'kysely'
import type { CallId, HoldId, TenantId } from '#kernel'
import type { Page } from './call-store.ts'
import { holdsOf, isHeld } from './held.ts'
import type { Database } from './open-database.ts'
import type { HoldRow } from './schema-retention.ts'

/** A hold as people see it. Whose number it is for is not kept: only that it is for one. */
export interface Hold extends Omit<HoldRow, 'reason_sealed' | 'release_reason_sealed'> {
  readonly reason: string
  readonly release_reason: string | null
}

/** An object whose store should be told that a hold began, or ended. */
export interface HoldChange {
  readonly id: string
  readonly tenant: TenantId
  readonly on: boolean
}

/** Legal holds. Every promise rejects with `DbError`; a resolved write is on disk. */
export function holdStore(db: Database) {
  const { kysely, seal } = db
  const show = ({ reason_sealed, release_reason_sealed, ...row }: HoldRow): Hold => ({
    ...row,
    reason: seal.open(row.tenant, reason_sealed, `holds.reason ${row.id}`),
    release_reason:
      release_reason_sealed === null
        ? null
        : seal.open(row.tenant, release_reason_sealed, `holds.release ${row.id}`),
  })
  return {
    async insert({ reason, ...row }: Omit<Hold, `release${string}`>): Promise<void> {
      const reason_sealed = seal.seal(row.tenant, reason, `holds.reason ${row.id}`)
      await db
        .asTenant(row.tenant)
        .insertInto('holds')
        .values({ ...row, reason_sealed, released_by: null, released_at: null, release_reason_sealed: null })
        .execute()
    },
    async get(tenant: TenantId, id: HoldId): Promise<Hold | undefined> {
      const row = await db
        .asTenant(tenant)
        .selectFrom('holds')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && show(row)
    },
    /** Newest first. */
    async list(tenant: TenantId, o: Page & { readonly active?: boolean | undefined }): Promise<Hold[]> {
      let query = db.asTenant(tenant).selectFrom('holds').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as HoldId)
      if (o.active !== undefined) query = query.where('released_at', o.active ? 'is' : 'is not', null)
      return (await query.orderBy('id', 'desc').limit(o.limit).execute()).map(show)
    },
    /** False when it was released before, or there is none. */
    async release(
      tenant: TenantId,
      id: HoldId,
      o: { readonly by: string; readonly at: Date; readonly reason: string },
    ): Promise<boolean> {
      const result = await db
        .asTenant(tenant)
        .updateTable('holds')
        .set({
          released_by: o.by,
          released_at: o.at,
          release_reason_sealed: seal.seal(tenant, o.reason, `holds.release ${id}`),
        })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('released_at', 'is', null)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
    /** A tenant's holds that stand at a time, up to a hundred. */
    async inForce(tenant: TenantId, at: Date): Promise<readonly HoldId[]> {
      const rows = await db
        .asTenant(tenant)
        .selectFrom('holds')
        .select('id')
        .where('tenant', '=', tenant)
        .where('released_at', 'is', null)
        .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', at)]))
        .orderBy('id', 'desc')
        .limit(100)
        .execute()
      return rows.map(({ id }) => id)
    },
    /** The holds that stand against deleting a call, or what hangs on it. */
    async onCall(call: CallId, now: Date): Promise<readonly HoldId[]> {
      const found = await sql<{ id: HoldId }>`select held.id from calls c,
        lateral (${holdsOf(now, { tenant: 'c.tenant', call: 'c.id', at: 'c.started_at' })}) held
        where c.id = ${call} order by 1`.execute(kysely)
      return found.rows.map(({ id }) => id)
    },
    /** Notes that an object's store was told. */
    async noted(id: string, on: boolean): Promise<void> {
      await sql`update objects set hold = ${on} where id = ${id}`.execute(kysely)
    },
    /** Objects in stores whose own hold is not what it should be. */
    async outOfStep(now: Date, after: string, limit: number): Promise<readonly HoldChange[]> {
      const held = isHeld(now, { tenant: 'o.tenant', call: 'o.call_id', at: 'o.created_at' })
      const found = await sql<HoldChange>`select o.id, o.tenant, ${held} as on
        from objects o left join calls c on c.id = o.call_id
        where o.state = 'stored' and o.id > ${after} and o.hold <> ${held} order by o.id limit ${limit}`.execute(
        kysely,
      )
      return found.rows
    },
  }
}
export type HoldStore = ReturnType<typeof holdStore>
