import { groupCommit, type CallId, type LegId, type TenantId } from '#kernel'
import type { Page } from './call-store.ts'
import { blamesValue, DbError } from './error.ts'
import type { Database } from './open-database.ts'
import type { CallLegRow, LegsSchema } from './schema-legs.ts'

type SealedLeg = LegsSchema['call_legs']

/** Whom calls dialled. Every promise rejects with `DbError`; a resolved write is on disk. */
export function callLegStore(db: Database) {
  const writes = groupCommit<SealedLeg>((rows) => writeAll(db, rows), {
    maxBatch: 200,
    maxQueued: 20_000,
    overflow: () => new DbError('DB_OVERLOADED', 'too many legs wait for the database'),
    blamesItem: blamesValue,
  })
  return {
    /** Keeps the leg as it is now: the same again replaces what was kept of it. */
    put: async (row: CallLegRow): Promise<void> => writes.add(sealLeg(db, row)),
    async get(tenant: TenantId, id: LegId): Promise<CallLegRow | undefined> {
      const row = await db
        .asTenant(tenant)
        .selectFrom('call_legs')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && openLeg(db, row)
    },
    /** Newest first; of one call, or of all. */
    async list(
      tenant: TenantId,
      o: Page & { readonly callId?: CallId | undefined },
    ): Promise<readonly CallLegRow[]> {
      let query = db.asTenant(tenant).selectFrom('call_legs').selectAll().where('tenant', '=', tenant)
      if (o.before !== undefined) query = query.where('id', '<', o.before as LegId)
      if (o.callId !== undefined) query = query.where('call_id', '=', o.callId)
      const rows = await query.orderBy('id', 'desc').limit(o.limit).execute()
      return rows.map((row) => openLeg(db, row))
    },
    /** Resolves when every row put so far is on disk or was refused. */
    settled: () => writes.settled(),
  }
}
export type CallLegStore = ReturnType<typeof callLegStore>

/** Before it waits with others: a tenant whose key is closed must not hold up theirs. */
function sealLeg({ seal }: Database, { from, to, ...row }: CallLegRow): SealedLeg {
  const sealed = (name: string, text: string) => seal.seal(row.tenant, text, `call_legs.${name} ${row.id}`)
  return { ...row, from_sealed: sealed('from', from), to_sealed: sealed('to', to) }
}

function openLeg({ seal }: Database, { from_sealed, to_sealed, ...row }: SealedLeg): CallLegRow {
  const open = (name: string, text: string) => seal.open(row.tenant, text, `call_legs.${name} ${row.id}`)
  return { ...row, from: open('from', from_sealed), to: open('to', to_sealed) }
}

/** Of several about one leg the last counts: each says all that is known of it. */
async function writeAll({ kysely }: Database, rows: readonly SealedLeg[]): Promise<void> {
  const last = new Map(rows.map((row) => [row.id, row]))
  await kysely
    .insertInto('call_legs')
    .values([...last.values()])
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        from_sealed: eb.ref('excluded.from_sealed'),
        state: eb.ref('excluded.state'),
        outcome: eb.ref('excluded.outcome'),
        sip_status: eb.ref('excluded.sip_status'),
        answered_at: eb.ref('excluded.answered_at'),
        ended_at: eb.ref('excluded.ended_at'),
      })),
    )
    .execute()
}
