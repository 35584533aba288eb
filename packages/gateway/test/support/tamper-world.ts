import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import {
  callLegStore,
  callStore,
  holdStore,
  idempotencyStore,
  outboxStore,
  paymentStore,
  receiptStore,
} from '#db'
import {
  createId,
  silentLog,
  systemClock,
  type AppId,
  type TenantId,
  type TokenId,
  type TrunkId,
} from '#kernel'
import { openSigners } from '#audit'
import { systemSeal } from '#src/open-audit-logs.ts'
import { openKeys } from '#src/open-keys.ts'
import { audioOf, isTone, random, record, tenants, type Kept, type KeptRecording } from './kept.ts'

/** One stored thing: how it is read and put back, and what those who use it make of it. */
export interface Kind {
  readonly name: string
  read(): Promise<string | Uint8Array>
  /** What a row holds now, as the database spells it. */
  value?(): Promise<string>
  write(value: string | Uint8Array): Promise<void>
  /** What was noticed, in a word; undefined when all is as it was. Rejects only for what no reader should meet. */
  probe(): Promise<string | undefined>
}

export interface TamperWorld {
  readonly kinds: readonly Kind[]
  /** Sealed columns that a kind covers, as `table.column`. */
  readonly columns: ReadonlySet<string>
}

const tenant = tenants[0] as TenantId

/** Fills every table that carries what is sealed or signed. */
export async function tamperWorld(kept: Kept, dir: string): Promise<TamperWorld> {
  const { database: db } = kept
  const made = await record(kept, tenant, 260, 9)
  await kept.objects.mover.settled()
  for (let n = 0; n < 600; n++)
    await kept.audit.append({ type: 'tamper.test', tenant, actor: 'system', fields: { n } })
  await kept.signing.checkpoints.now(tenant)
  const rows = await fill(kept)
  const calls = callStore(db)
  const outbox = outboxStore(db, () => tenant)
  const column = columnsOf(kept)
  const auditKinds = auditOf(kept, column)
  const audio = () => heard(kept, made)
  const objectFile = join(dir, 'objects', (await kept.objects.rows.find(made.id))?.key ?? '')
  const sealed: Kind[] = [
    ...['from', 'to', 'ladder', 'variables'].map((name) =>
      column('calls', `${name}_sealed`, { id: rows.call }, () => calls.get(tenant, rows.call)),
    ),
    column('call_events', 'fields_sealed', { call_id: rows.call }, () => calls.story(tenant, rows.call)),
    ...['from', 'to'].map((name) =>
      column('call_legs', `${name}_sealed`, { id: rows.leg }, () => callLegStore(db).get(tenant, rows.leg)),
    ),
    column('outbox', 'body_sealed', { id: rows.event }, () => outbox.get(rows.event)),
    column('idempotency', 'body_sealed', { key: 'k' }, () => idempotencyStore(db).begin(rows.idempotent)),
    ...['reference', 'provider_token'].map((name) =>
      column('payments', `${name}_sealed`, { id: rows.payment }, () =>
        paymentStore(db).get(tenant, rows.payment),
      ),
    ),
    column('holds', 'reason_sealed', { id: rows.hold }, () => holdStore(db).get(tenant, rows.hold)),
    column('holds', 'release_reason_sealed', { id: rows.hold }, () => holdStore(db).get(tenant, rows.hold)),
    column('call_receipts', 'document_sealed', { call_id: rows.call }, () =>
      receiptStore(db).get(tenant, rows.call),
    ),
    column('audit_signers', 'seeds_sealed', { purpose: 'log' }, () => signers(kept)),
    column('audit_signers', 'ed25519', { purpose: 'log' }, () => signers(kept)),
    column('audit_signers', 'ml_dsa_44', { purpose: 'log' }, () => signers(kept)),
  ]
  const keyed: Kind[] = [
    ...['wrapped', 'tenant_key', 'purpose'].map((name) =>
      column('data_keys', name, { object: made.id }, audio),
    ),
    ...['tenant', 'call_id', 'state', 'segments'].map((name) =>
      column('recordings', name, { id: made.id }, audio),
    ),
    ...['records', 'audio', 'system'].flatMap((purpose) =>
      ['wrapped', 'key_ref'].map((name) => tenantKey(kept, column, name, purpose)),
    ),
  ]
  const object: Kind = {
    name: 'the object',
    read: () => readFile(objectFile),
    write: (bytes) => writeFile(objectFile, bytes),
    async probe() {
      const report = await kept.objects.verify({ limit: 10, open: true })
      const opened = await audio().then(() => undefined, codeOf)
      const named = report.altered.includes(made.id) || report.missing.includes(made.id)
      return named && opened !== undefined
        ? `${opened}, named by the check`
        : opened === undefined && !named
          ? undefined
          : unnamed(opened)
    },
  }
  const listed = ['sha256', 'bytes', 'key', 'store'].map((name) => ({
    ...column('objects', name, { id: made.id }, async () => {
      const { altered, missing, unchecked } = await kept.objects.verify({ limit: 10, open: true })
      if ([...altered, ...missing, ...unchecked].includes(made.id))
        throw Object.assign(new Error(), { code: 'named by the check' })
    }),
  }))
  const kinds = [object, ...listed, ...sealed, ...keyed, ...auditKinds]
  return { kinds, columns: new Set(kinds.map(({ name }) => name.split(' ')[0] ?? '')) }
}

function unnamed(code: string | undefined): never {
  throw new Error(`the check and the reader do not agree: ${code}`)
}

async function heard(kept: Kept, made: KeptRecording): Promise<void> {
  if (!isTone(made, await audioOf(kept, tenant, made.id))) throw new Error('other audio was given out')
}

async function signers(kept: Kept): Promise<void> {
  const opened = await openSigners({
    store: kept.store,
    purpose: 'log',
    seal: systemSeal(kept.keys),
    random,
    clock: systemClock,
  })
  opened.current('any')
}

/** Of errors that name what is wrong. Anything else is a crash. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'string' && !code.startsWith('ERR_')) return code
  throw error
}

type Column = (
  table: string,
  name: string,
  where: Readonly<Record<string, string>>,
  use: () => Promise<unknown>,
) => Kind

/** A column of one row, whose use must fail with a code, or give what it gave before. */
function columnsOf({ database: { kysely } }: Kept): Column {
  return (table, name, where, use) => {
    const is = sql.join(
      Object.entries(where).map(([key, value]) => sql`${sql.ref(key)}::text = ${value}`),
      sql` and `,
    )
    let right: string | undefined
    const value = async () => {
      const { rows } = await sql<{ value: string | null }>`
          select ${sql.ref(name)}::text as value from ${sql.table(table)} where ${is} limit 1`.execute(kysely)
      const value = rows[0]?.value
      if (typeof value !== 'string' || value === '')
        throw new Error(`${table}.${name} holds nothing to change`)
      return value
    }
    return {
      name: `${table}.${name} ${Object.values(where).join(' ')}`,
      async read() {
        right = await use().then((given) => JSON.stringify(given))
        return value()
      },
      value,
      async write(value) {
        const { rows } = await sql<{ type: string }>`
          select data_type as type from information_schema.columns where table_name = ${table} and column_name = ${name}`.execute(
          kysely,
        )
        const type = sql.raw(rows[0]?.type ?? 'text')
        await kysely.transaction().execute(async (transaction) => {
          // As somebody who has the server: neither rights nor triggers stand against him.
          await sql`set local role none`.execute(transaction)
          await sql`set local session_replication_role = replica`.execute(transaction)
          const set = sql`${sql.ref(name)} = ${value}::text::${type}`
          await sql`update ${sql.table(table)} set ${set} where ${is}`.execute(transaction)
        })
      },
      async probe() {
        const given = await use().then(
          (value) => ({ value: JSON.stringify(value) }),
          (error: unknown) => ({ code: codeOf(error) }),
        )
        if ('code' in given) return given.code
        if (given.value !== right) throw new Error(`${table}.${name}: something else was given out`)
        return undefined
      },
    }
  }
}

/** A tenant whose key was changed does not open at the next start. */
function tenantKey({ config, database }: Kept, column: Column, name: string, purpose: string): Kind {
  const deps = { clock: systemClock, random, log: silentLog, database, onEvent: () => {}, count: () => {} }
  return column('tenant_keys', name, { tenant, purpose }, async () => {
    await using again = await openKeys(config, deps)
    if (again.state(tenant) !== 'open') throw Object.assign(new Error(), { code: 'closed' })
    if (again.state(tenants[1] as TenantId) !== 'open') throw new Error('another tenant is closed')
  })
}

function auditOf({ signing }: Kept, column: Column): Kind[] {
  const verify = async () => {
    const { findings } = await signing.reader.verify(tenant)
    if (findings.length > 0)
      throw Object.assign(new Error(), { code: [...new Set(findings.map(({ kind }) => kind))].join(' ') })
  }
  const at = { tenant, idx: '300' }
  const leaves = ['leaf', 'type', 'actor', 'at', 'hash'].map((name) =>
    column('audit_leaves', name, at, verify),
  )
  const tiles = ['hashes', 'root'].map((name) => column('audit_tiles', name, { tenant, idx: '0' }, verify))
  const head = ['root', 'size'].map((name) => column('audit_logs', name, { tenant }, verify))
  return [...leaves, ...tiles, ...head, column('audit_checkpoints', 'note', { tenant, size: '600' }, verify)]
}

async function fill({ database: db }: Kept) {
  const [call, event] = [createId('call', Date.now(), random), createId('evt', Date.now(), random)]
  const hold = createId('hold', Date.now(), random)
  const now = new Date()
  const app = 'app' as AppId
  const calls = callStore(db)
  const parties = {
    trunk: 'phones' as TrunkId,
    direction: 'inbound',
    from: '+12025550142',
    to: 'desk',
  } as const
  const over = {
    state: 'ended',
    end_reason: 'over',
    started_at: now,
    answered_at: now,
    ended_at: now,
    receipt: null,
  } as const
  await calls.insert({
    id: call,
    tenant,
    app,
    ...parties,
    ...over,
    ladder: [{ line: 'INVITE' }],
    variables: { note: 'blue' },
  })
  await calls.addEvent({ call_id: call, tenant, at: now, kind: 'answered', fields: { word: 'open' } })
  const leg = createId('leg', Date.now(), random)
  const talked = {
    state: 'ended',
    outcome: 'answered',
    sip_status: null,
    started_at: now,
    answered_at: now,
    ended_at: now,
  } as const
  await callLegStore(db).put({
    id: leg,
    call_id: call,
    tenant,
    from: '+12025550199',
    to: '+12025550186',
    ...talked,
  })
  const waiting = {
    created_at: now,
    attempt: 0,
    next_at: now,
    state: 'pending',
    last_status: null,
    last_error: null,
  } as const
  await outboxStore(db, () => tenant).insert({
    id: event,
    app,
    call_id: call,
    type: 'call.ended',
    body: '{"a":1}',
    ...waiting,
  })
  const idempotent = { token_id: 'tok_1' as TokenId, key: 'k', tenant, fingerprint: 'f', created_at: now }
  await idempotencyStore(db).begin(idempotent)
  await idempotencyStore(db).finish(tenant, idempotent.token_id, 'k', 200, '{"b":2}')
  const holds = holdStore(db)
  const nothing = { subject_index: null, label: null, from_at: null, to_at: null, until: null }
  await holds.insert({
    ...nothing,
    id: hold,
    tenant,
    call_id: call,
    reason: 'case 7',
    placed_by: 'x',
    placed_at: now,
  })
  await holds.release(tenant, hold, { at: now, by: 'x', reason: 'settled' })
  const payment = createId('pay', Date.now(), random)
  await paymentStore(db).insert({
    id: payment,
    tenant,
    call_id: call,
    provider: 'cards',
    idempotency_key: 'k',
    fingerprint: 'ab'.repeat(32),
    method: 'card',
    amount_minor: 100,
    currency: 'EUR',
    reference: 'order 7',
    brand: 'visa',
    last_four: '4242',
    state: 'succeeded',
    reason: null,
    provider_code: null,
    payment_id: 'pi_1',
    provider_token: 'pm_1',
    node: db.node,
    attempts: 0,
    asked_at: now,
    settled_at: now,
    next_at: null,
  })
  await receiptStore(db).insert({ call_id: call, tenant, issued_at: now, document: '{"receipt":1}' })
  return { call, event, hold, idempotent, leg, payment }
}
