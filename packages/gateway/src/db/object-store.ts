import { sql } from 'kysely'
import type { CallId, TenantId } from '#kernel'
import type { Page } from './call-store.ts'
import type { Database } from './open-database.ts'
import { ownRows } from './own-rows.ts'
import type { ObjectRow, ObjectState } from './schema-objects.ts'

/** Where a store has an object. */
export type StoredWhere = Pick<ObjectRow, 'version_id' | 'lock_mode' | 'lock_until'> & {
  readonly store: string
  readonly key: string
}

/** What is listed of sealed objects. Every promise rejects with `DbError`; a resolved write is on disk. */
export function objectRows(db: Database) {
  const { kysely } = db
  const underWay = (state: ObjectState, page: { after: string; limit: number }) =>
    kysely
      .selectFrom('objects')
      .select(objectColumns)
      .where('state', '=', state)
      .where('id', '>', page.after)
      .orderBy('id')
      .limit(page.limit)
  return {
    /** Of any tenant: for the node's own work. */
    async find(id: string): Promise<ObjectRow | undefined> {
      return kysely.selectFrom('objects').select(objectColumns).where('id', '=', id).executeTakeFirst()
    },
    get: (tenant: TenantId, id: string): Promise<ObjectRow | undefined> =>
      db
        .asTenant(tenant)
        .selectFrom('objects')
        .select(objectColumns)
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst(),
    /** Newest first. */
    async list(
      tenant: TenantId,
      o: Page & { readonly callId?: CallId | undefined; readonly state?: ObjectState | undefined },
    ): Promise<ObjectRow[]> {
      let query = db.asTenant(tenant).selectFrom('objects').select(objectColumns).where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before)
      if (o.callId !== undefined) query = query.where('call_id', '=', o.callId)
      if (o.state !== undefined) query = query.where('state', '=', o.state)
      return query.orderBy('id', 'desc').limit(o.limit).execute()
    },
    /** What waits in this node’s spool, oldest first. */
    spooled: (page: { readonly after: string; readonly limit: number }): Promise<ObjectRow[]> =>
      underWay('spooled', page).where(ownRows(db)).execute(),
    /** What is to go: from this node’s spool, or from a store, which any node can ask. */
    deleting: (page: { readonly after: string; readonly limit: number }): Promise<ObjectRow[]> =>
      underWay('deleting', page)
        .where((eb) => eb.or([ownRows(db), eb('store', 'is not', null)]))
        .execute(),
    /** The rows of those ids, whatever their state. */
    async among(ids: readonly string[]): Promise<ObjectRow[]> {
      if (ids.length === 0) return []
      return kysely
        .selectFrom('objects')
        .select(objectColumns)
        .where('id', 'in', [...ids])
        .execute()
    },
    /** Some that a store should have, in the order of their ids. */
    async kept(page: {
      readonly tenant?: TenantId | undefined
      readonly after: string
      readonly limit: number
    }): Promise<ObjectRow[]> {
      let query = kysely
        .selectFrom('objects')
        .select(objectColumns)
        .where('state', 'in', ['stored', 'missing', 'corrupt'])
        .where('store', 'is not', null)
        .where('id', '>', page.after)
      if (page.tenant !== undefined) query = query.where('tenant', '=', page.tenant)
      return query.orderBy('id').limit(page.limit).execute()
    },
    /** Those that were not compared with their store for longest. */
    leastChecked: (limit: number): Promise<ObjectRow[]> =>
      kysely
        .selectFrom('objects')
        .select(objectColumns)
        .where('state', 'in', ['stored', 'missing', 'corrupt'])
        .where('store', 'is not', null)
        .orderBy('checked_at', (order) => order.asc().nullsFirst())
        .orderBy('id')
        .limit(limit)
        .execute(),
    /** The store has it. False when it is not in the spool any more: somebody deletes it. */
    async stored(id: string, where: StoredWhere, at: Date): Promise<boolean> {
      const result = await kysely
        .updateTable('objects')
        .set({ ...where, state: 'stored', stored_at: at, reason: null })
        .where('id', '=', id)
        .where('state', '=', 'spooled')
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
    /** From here on it only ever goes; so does the recording or transcript that it holds. False when it is gone already. */
    async beginDeleting(id: string): Promise<boolean> {
      return kysely.transaction().execute(async (transaction) => {
        const result = await transaction
          .updateTable('objects')
          .set({ state: 'deleting' })
          .where('id', '=', id)
          .where('state', '<>', 'deleted')
          .executeTakeFirst()
        await transaction
          .updateTable('recordings')
          .set({ state: 'deleted' })
          .where(sql<string>`id`, '=', id)
          .execute()
        await transaction
          .updateTable('transcripts')
          .set({ state: 'deleted' })
          .where(sql<string>`id`, '=', id)
          .execute()
        return result.numUpdatedRows > 0n
      })
    },
    /** Why it is still there. */
    async stillThere(id: string, reason: string, until: Date | null): Promise<void> {
      await kysely
        .updateTable('objects')
        .set({ reason, ...(until !== null && { lock_until: until }) })
        .where('id', '=', id)
        .where('state', '=', 'deleting')
        .execute()
    },
    async deleted(id: string, at: Date): Promise<void> {
      await kysely
        .updateTable('objects')
        .set({ state: 'deleted', deleted_at: at, reason: null })
        .where('id', '=', id)
        .where('state', '=', 'deleting')
        .execute()
    },
    /** What a comparison with the store, or with the spool, found. */
    async checked(
      id: string,
      state: 'spooled' | 'stored' | 'missing' | 'corrupt',
      at: Date,
      reason: string | null,
    ): Promise<void> {
      await kysely
        .updateTable('objects')
        .set({ state, checked_at: at, reason })
        .where('id', '=', id)
        .where('state', 'in', ['spooled', 'stored', 'missing', 'corrupt'])
        .execute()
    },
    async counts(): Promise<
      { readonly state: ObjectState; readonly objects: number; readonly bytes: number }[]
    > {
      const rows = await kysely
        .selectFrom('objects')
        .select(['state', (eb) => eb.fn.countAll().as('objects'), (eb) => eb.fn.sum('bytes').as('bytes')])
        .groupBy('state')
        .execute()
      return rows.map(({ state, objects, bytes }) => ({
        state,
        objects: Number(objects),
        bytes: Number(bytes),
      }))
    },
  }
}
export type ObjectRows = ReturnType<typeof objectRows>

const objectColumns = [
  'id',
  'tenant',
  'kind',
  'call_id',
  'node',
  'store',
  'key',
  'bytes',
  'sha256',
  'version_id',
  'lock_mode',
  'lock_until',
  'hold',
  'state',
  'reason',
  'created_at',
  'stored_at',
  'deleted_at',
  'checked_at',
] as const
