import { sql } from 'kysely'
import { groupCommit, type CallId, type TenantId } from '#kernel'
import { isKeyClosed } from './closed-key.ts'
import { blamesValue, DbError } from './error.ts'
import type { Database, FieldSeal } from './open-database.ts'
import type { CallRow, Schema } from './schema.ts'
import type { CallRetentionColumns } from './schema-retention.ts'

export type CallUpdate = Partial<
  Pick<
    CallRow,
    'state' | 'trunk' | 'end_reason' | 'answered_at' | 'ended_at' | 'receipt' | 'ladder' | 'variables'
  >
>

interface Write {
  readonly id: CallId
  readonly isNew: boolean
  readonly columns: Partial<Schema['calls']>
}

/**
 * Writes rows of calls. Writes of one moment share a statement, and so a commit; those of one call keep their order.
 * A promise that resolved is on disk; it rejects with `DbError`.
 */
export function callWrites(db: Database) {
  const commit = groupCommit<Write>((writes) => writeAll(db, writes), {
    maxBatch: 200,
    maxQueued: 20_000,
    overflow: () => new DbError('DB_OVERLOADED', 'too many calls wait for the database'),
    blamesItem: blamesValue,
  })
  return {
    async insert(call: CallRow, kept: Partial<CallRetentionColumns> = {}): Promise<void> {
      const { from, to, ...rest } = call
      const columns = {
        ...kept,
        ...columnsOf(db.seal, call.tenant, call.id, rest),
        node: db.node,
        from_sealed: db.seal.seal(call.tenant, from, `calls.from ${call.id}`),
        to_sealed: db.seal.seal(call.tenant, to, `calls.to ${call.id}`),
      }
      await commit.add({ id: call.id, isNew: true, columns })
    },
    async update(tenant: TenantId, id: CallId, change: CallUpdate): Promise<void> {
      const columns = columnsOf(db.seal, tenant, id, change)
      if (Object.keys(columns).length > 0) await commit.add({ id, isNew: false, columns })
    },
  }
}

/** One statement for all: rows that are new, and changes to rows that were there. */
async function writeAll({ kysely }: Database, writes: readonly Write[]): Promise<void> {
  const fresh: Partial<Schema['calls']>[] = []
  const changes = new Map<CallId, Partial<Schema['calls']>>()
  for (const { id, isNew, columns } of writes) {
    const before = changes.get(id)
    const after = before === undefined ? { id, ...columns } : Object.assign(before, columns)
    // A new row's changes in the same batch go in with it.
    if (isNew) fresh.push(after)
    changes.set(id, after)
  }
  const known = [...changes.values()].filter((row) => !fresh.includes(row))
  await sql`
    with fresh as (
      insert into calls select * from json_populate_recordset(null::calls, ${JSON.stringify(fresh)}::text::json)
    )
    update calls set
      state = coalesce(change.state, calls.state), trunk = coalesce(change.trunk, calls.trunk),
      end_reason = coalesce(change.end_reason, calls.end_reason),
      answered_at = coalesce(change.answered_at, calls.answered_at),
      ended_at = coalesce(change.ended_at, calls.ended_at), receipt = coalesce(change.receipt, calls.receipt),
      ladder_sealed = coalesce(change.ladder_sealed, calls.ladder_sealed),
      variables_sealed = coalesce(change.variables_sealed, calls.variables_sealed)
    from json_populate_recordset(null::calls, ${JSON.stringify(known)}::text::json) as change
    where calls.id = change.id`.execute(kysely)
}

function columnsOf(
  seal: FieldSeal,
  tenant: TenantId,
  id: CallId,
  { ladder, variables, ...plain }: CallUpdate,
): Partial<Schema['calls']> {
  const sealed = (name: 'ladder' | 'variables', value: unknown) => {
    if (!isGiven(value)) return {}
    try {
      return { [`${name}_sealed`]: seal.seal(tenant, JSON.stringify(value), `calls.${name} ${id}`) }
    } catch (error) {
      // A call whose tenant's key closed under way still ends in the books; what would say more of it is left out.
      if (isKeyClosed(error)) return {}
      throw error
    }
  }
  return { ...plain, ...sealed('ladder', ladder), ...sealed('variables', variables) }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
