import { sql, type Kysely, type Transaction } from 'kysely'
import type { CallId, TenantId } from '#kernel'
import type { Database } from './open-database.ts'
import type {
  AuditCheckpointRow,
  AuditCosignatureRow,
  AuditLeafRow,
  AuditLogRow,
  AuditSignerRow,
  AuditTileRow,
} from './schema-audit.ts'
import type { Schema } from './schema.ts'

type Head = Pick<AuditLogRow, 'size' | 'root'>
type Leaf = Omit<AuditLeafRow, 'tenant'>
interface Growth {
  readonly from: Head
  readonly to: Head
  readonly leaves: readonly Leaf[]
  readonly tiles: readonly {
    readonly level: number
    readonly index: number
    readonly hashes: Uint8Array
    readonly root: Uint8Array
  }[]
}
interface TilePart {
  readonly level: number
  readonly index: number
}
interface LeafFilter {
  readonly type?: string | undefined
  readonly actor?: string | undefined
  readonly call?: CallId | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

/** Where the audit logs are kept. Every promise rejects with `DbError`; a resolved write is on disk, all or nothing. */
export function auditStore({ kysely, asTenant }: Pick<Database, 'kysely' | 'asTenant'>) {
  // The log of logs is nobody's: the node alone reads it.
  const rowsOf = (tenant: TenantId) => (tenant === '*' ? kysely : asTenant(tenant))
  return {
    async open(tenant: TenantId, origin: string, emptyRoot: string): Promise<AuditLogRow> {
      await kysely
        .insertInto('audit_logs')
        .values({ tenant, origin, size: 0, root: emptyRoot })
        .onConflict((conflict) => conflict.column('tenant').doNothing())
        .execute()
      return kysely
        .selectFrom('audit_logs')
        .selectAll()
        .where('tenant', '=', tenant)
        .executeTakeFirstOrThrow()
    },
    logs: (): Promise<AuditLogRow[]> =>
      kysely.selectFrom('audit_logs').selectAll().orderBy('tenant').execute(),
    head: (tenant: TenantId): Promise<Head | undefined> =>
      kysely
        .selectFrom('audit_logs')
        .select(['size', 'root'])
        .where('tenant', '=', tenant)
        .executeTakeFirst(),
    grow: (tenant: TenantId, growth: Growth) => grow(kysely, tenant, growth),
    growAlone: (
      tenant: TenantId,
      plan: (head: Head, reader: ReturnType<typeof tree>) => Promise<Growth>,
    ): Promise<void> =>
      kysely.transaction().execute(async (transaction) => {
        const head = await transaction
          .selectFrom('audit_logs')
          .select(['size', 'root'])
          .where('tenant', '=', tenant)
          .forUpdate()
          .executeTakeFirstOrThrow()
        if (!(await grow(transaction, tenant, await plan(head, tree(transaction)))))
          throw new Error('a head moved although its row was locked')
      }),
    query(
      tenant: TenantId,
      filter: LeafFilter,
      page: { readonly before: number | undefined; readonly limit: number },
    ): Promise<Leaf[]> {
      let query = rowsOf(tenant).selectFrom('audit_leaves').select(leafColumns).where('tenant', '=', tenant)
      if (filter.type !== undefined) query = query.where('type', '=', filter.type)
      if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor)
      if (filter.call !== undefined) query = query.where('call_id', '=', filter.call)
      if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
      if (filter.to !== undefined) query = query.where('at', '<', filter.to)
      if (page.before !== undefined) query = query.where('idx', '<', page.before)
      return query.orderBy('idx', 'desc').limit(page.limit).execute()
    },
    ofCall: (tenant: TenantId, call: CallId): Promise<Leaf[]> =>
      rowsOf(tenant)
        .selectFrom('audit_leaves')
        .select(leafColumns)
        .where('tenant', '=', tenant)
        .where('call_id', '=', call)
        .orderBy('idx')
        .execute(),
    ...tree(kysely),
    ...signatures(kysely),
  }
}
export type AuditStore = ReturnType<typeof auditStore>

const leafColumns = ['idx', 'call_id', 'at', 'type', 'actor', 'leaf', 'hash'] as const

/** What tells a log's tree. */
function tree(kysely: Kysely<Schema>) {
  return {
    leaves: (tenant: TenantId, from: number, to: number): Promise<Leaf[]> =>
      kysely
        .selectFrom('audit_leaves')
        .select(leafColumns)
        .where('tenant', '=', tenant)
        .where('idx', '>=', from)
        .where('idx', '<', to)
        .orderBy('idx')
        .execute(),
    async tiles(tenant: TenantId, parts: readonly TilePart[]) {
      if (parts.length === 0) return []
      const rows = await kysely
        .selectFrom('audit_tiles')
        .select(['level', 'idx', 'hashes', 'root'])
        .where('tenant', '=', tenant)
        .where((where) => where.or(parts.map(({ level, index }) => where.and({ level, idx: index }))))
        .execute()
      return rows.map(({ level, idx, hashes, root }) => ({ level, index: idx, hashes, root }))
    },
    async tileRoots(tenant: TenantId, level: number, from: number, to: number) {
      const rows = await kysely
        .selectFrom('audit_tiles')
        .select('root')
        .where('tenant', '=', tenant)
        .where('level', '=', level)
        .where('idx', '>=', from)
        .where('idx', '<', to)
        .orderBy('idx')
        .execute()
      return rows.map(({ root }) => root)
    },
  }
}

/** Checkpoints, who cosigned them, and the keys that sign. */
function signatures(kysely: Kysely<Schema>) {
  const checkpoints = (tenant: TenantId) =>
    kysely.selectFrom('audit_checkpoints').select(['size', 'at', 'note']).where('tenant', '=', tenant)
  return {
    async addCheckpoint(tenant: TenantId, row: Omit<AuditCheckpointRow, 'tenant'>): Promise<boolean> {
      const added = await kysely
        .insertInto('audit_checkpoints')
        .values({ tenant, ...row })
        .onConflict((conflict) => conflict.columns(['tenant', 'size']).doNothing())
        .returning('size')
        .executeTakeFirst()
      return added !== undefined
    },
    checkpoint: (tenant: TenantId, size = Number.MAX_SAFE_INTEGER) =>
      checkpoints(tenant).where('size', '<=', size).orderBy('size', 'desc').limit(1).executeTakeFirst(),
    checkpoints: (tenant: TenantId, from: number, to: number, limit: number) =>
      checkpoints(tenant)
        .where('size', '>=', from)
        .where('size', '<=', to)
        .orderBy('size')
        .limit(limit)
        .execute(),
    async addCosignature(tenant: TenantId, row: Omit<AuditCosignatureRow, 'tenant'>): Promise<void> {
      await kysely
        .insertInto('audit_cosignatures')
        .values({ tenant, ...row })
        .onConflict((conflict) => conflict.columns(['tenant', 'size', 'witness']).doNothing())
        .execute()
    },
    cosignatures: (tenant: TenantId, size: number): Promise<Omit<AuditCosignatureRow, 'tenant'>[]> =>
      kysely
        .selectFrom('audit_cosignatures')
        .select(['size', 'witness', 'at', 'lines'])
        .where('tenant', '=', tenant)
        .where('size', '=', size)
        .orderBy('witness')
        .execute(),
    signers: (purpose: AuditSignerRow['purpose']): Promise<AuditSignerRow[]> =>
      kysely
        .selectFrom('audit_signers')
        .selectAll()
        .where('purpose', '=', purpose)
        .orderBy('from_at')
        .orderBy('id')
        .execute(),
    addSigner: (row: AuditSignerRow): Promise<void> =>
      kysely.transaction().execute(async (transaction) => {
        await transaction
          .updateTable('audit_signers')
          .set({ until_at: row.from_at })
          .where('purpose', '=', row.purpose)
          .where('until_at', 'is', null)
          .execute()
        await transaction.insertInto('audit_signers').values(row).execute()
      }),
  }
}

/**
 * One statement: the update takes the head's row, waits for whoever holds it and looks again, so of two writers that began at
 * the same head one finds it moved and adds nothing (no gap, no fork).
 */
async function grow(
  kysely: Kysely<Schema> | Transaction<Schema>,
  tenant: TenantId,
  { from, to, leaves, tiles }: Growth,
): Promise<boolean> {
  const tileRows = tiles.map(
    ({ level, index, hashes, root }: Growth['tiles'][number]) =>
      ({ level, idx: index, hashes: base64(hashes), root: base64(root) }) satisfies Record<
        keyof Omit<AuditTileRow, 'tenant'>,
        unknown
      >,
  )
  const leafRows = leaves.map((leaf) => ({ ...leaf, hash: base64(leaf.hash) }))
  const { rows } = await sql<{ moved: number }>`
    with head as (
      update audit_logs set size = ${to.size}, root = ${to.root}
      where tenant = ${tenant} and size = ${from.size} and root = ${from.root} returning tenant),
    leaves as (
      insert into audit_leaves (tenant, idx, call_id, at, type, actor, leaf, hash)
      select head.tenant, row.idx, row.call_id, row.at, row.type, row.actor, row.leaf, decode(row.hash, 'base64')
      from head, jsonb_to_recordset(${JSON.stringify(leafRows)}::jsonb)
        as row(idx bigint, call_id text, at timestamptz, type text, actor text, leaf text, hash text)),
    tiles as (
      insert into audit_tiles (tenant, level, idx, hashes, root)
      select head.tenant, row.level, row.idx, decode(row.hashes, 'base64'), decode(row.root, 'base64')
      from head, jsonb_to_recordset(${JSON.stringify(tileRows)}::jsonb)
        as row(level int, idx bigint, hashes text, root text))
    select count(*)::int as moved from head`.execute(kysely)
  return rows[0]?.moved === 1
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
