import {
  parseTlogProof,
  rootOf,
  serializeTile,
  tileEdge,
  tileWidth,
  toBase64,
  verifyExport,
  verifyTlogProof,
  type FullTile,
} from '@voxkeep/tlog'
import { sql } from 'kysely'
import type { CallId, TenantId } from '#kernel'
import { hashOfLeaf, leafOf } from '#src/audit/entry.ts'
import { readEdge } from '#src/audit/read-tiles.ts'
import { rowOf } from '#src/audit/tenant-log.ts'
import { measured, percentiles } from './bench-measure.ts'
import { random, type Kept } from './kept.ts'

const eventOf = (tenant: TenantId, n: number) => ({
  type: 'call.answered',
  tenant,
  call: `call_${String(n % 1_000).padStart(32, '0')}` as CallId,
  actor: 'app:reception',
  fields: { trunk: 'carrier-1', codec: 'PCMU', reason: 'answered by the app after ringing', ms: n },
})

/** Entries that wait at a time: what a thousand calls may have under way. */
const underWay = 1_000

export interface AppendFigures {
  readonly entries: number
  readonly perSecond: number
  readonly perCpuSecond: number
  /** From asking until it is on disk. */
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Appends entries to one tenant's log, each resolved only when it is durable. */
export async function benchAppend(
  { audit }: Kept,
  tenant: TenantId,
  entries: number,
): Promise<AppendFigures> {
  await audit.append(eventOf(tenant, 0))
  const times: number[] = []
  let next = 0
  const writer = async () => {
    for (let n = next++; n < entries; n = next++) {
      const beganMs = performance.now()
      await audit.append(eventOf(tenant, n))
      times.push(performance.now() - beganMs)
    }
  }
  const { seconds, cpuSeconds } = await measured(() => Promise.all(Array.from({ length: underWay }, writer)))
  return { entries, perSecond: entries / seconds, perCpuSecond: entries / cpuSeconds, ...percentiles(times) }
}

export interface VerifyFigures {
  readonly entries: number
  readonly bytes: number
  readonly perSecond: number
  readonly perCpuSecond: number
}

/** Verifies an export of the whole log, which lies in memory, as `voxkeep audit verify` does. */
export async function benchVerify({ signing }: Kept, tenant: TenantId): Promise<VerifyFigures> {
  const text = await Array.fromAsync(await signing.reader.export(tenant, 0))
  const bytes = Buffer.from(text.join(''))
  const log = (await signing.reader.keys(tenant)).map(({ key }) => key)
  await verifyExport(pieces(bytes), { log }) // what follows runs compiled, as most of a long export does
  const { seconds, cpuSeconds, result: report } = await measured(() => verifyExport(pieces(bytes), { log }))
  if (!report.ok) throw new Error(`the export does not verify: ${JSON.stringify(report.findings)}`)
  const { entries } = report
  return { entries, bytes: bytes.length, perSecond: entries / seconds, perCpuSecond: entries / cpuSeconds }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

export interface ProofFigures {
  readonly entries: number
  readonly proofs: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** CPU time of the gateway's side, its database included where that is embedded. */
  readonly cpuMsEach: number
}

/**
 * Proves entries of a log of `size`, and verifies each proof. The log's tiles are all there; of its entries only those that are asked for
 * and those of the last tile are, and the other leaves' hashes are noise.
 */
export async function benchProof(
  kept: Kept,
  tenant: TenantId,
  size: number,
  proofs: number,
): Promise<ProofFigures> {
  const wanted = await plantLog(kept, tenant, size, proofs)
  await kept.signing.reader.checkpoint(tenant)
  const log = (await kept.signing.reader.keys(tenant)).map(({ key }) => key)
  const times: number[] = []
  let cpuSeconds = 0
  for (const [index, leaf] of wanted) {
    const taken = await measured(() => kept.signing.reader.proof(tenant, index))
    times.push(taken.seconds * 1_000)
    cpuSeconds += taken.cpuSeconds
    const proof = parseTlogProof(taken.result)
    const judged = proof && verifyTlogProof(proof, new Uint8Array(Buffer.from(leaf)), { log })
    if (!judged?.ok || judged.checkpoint.size !== size)
      throw new Error(`the proof of entry ${index} does not hold`)
  }
  const cpuMsEach = (1_000 * cpuSeconds) / proofs
  return { entries: size, proofs, ...percentiles(times), maxMs: Math.max(...times), cpuMsEach }
}

/** Rows of one statement: 64 tiles are 700 kB of Base 64. */
const tilesAtOnce = 64

async function plantLog({ audit, store, database }: Kept, tenant: TenantId, size: number, proofs: number) {
  await audit.log(tenant)
  const full = Math.floor(size / tileWidth)
  const wanted = new Map(
    Array.from({ length: proofs }, (_, n) => [Math.floor(((n + 0.5) * size) / proofs), '']),
  )
  const indices = [
    ...wanted.keys(),
    ...Array.from({ length: size - full * tileWidth }, (_, n) => full * tileWidth + n),
  ]
  const rows = new Map(indices.map((index) => [index, leafRow(tenant, index)]))
  for (const index of wanted.keys()) wanted.set(index, rows.get(index)?.leaf ?? '')
  const upper = tileEdge(0)
  let tiles: FullTile[] = []
  const flush = async () => {
    await insertTiles(database, tenant, tiles)
    tiles = []
  }
  for (let index = 0; index < full; index++) {
    const noise = random.bytes(tileWidth * 32)
    const hashes = Array.from({ length: tileWidth }, (_, n) => {
      const row = rows.get(index * tileWidth + n)
      return row === undefined ? noise.subarray(n * 32, (n + 1) * 32) : hashOfLeaf(row.leaf)
    })
    const root = rootOf(hashes)
    tiles.push({ level: 0, index, hashes: serializeTile(hashes), root })
    for (const tile of upper.push(root)) tiles.push({ ...tile, level: tile.level + 1 })
    if (tiles.length >= tilesAtOnce) await flush()
  }
  await flush()
  const leaves = JSON.stringify([...rows.values()].map((row) => ({ ...row, hash: toBase64(row.hash) })))
  await sql`insert into audit_leaves (tenant, idx, call_id, at, type, actor, leaf, hash)
    select ${tenant}, row.idx, row.call_id, row.at, row.type, row.actor, row.leaf, decode(row.hash, 'base64') from jsonb_to_recordset(${leaves}::jsonb)
    as row(idx bigint, call_id text, at timestamptz, type text, actor text, leaf text, hash text)`.execute(
    database.kysely,
  )
  const edge = await readEdge(store, tenant, size)
  if (edge === undefined) throw new Error('the planted log lacks a tile')
  const head = { size, root: toBase64(edge.root()) }
  await database.kysely.updateTable('audit_logs').set(head).where('tenant', '=', tenant).execute()
  return wanted
}

function leafRow(tenant: TenantId, index: number) {
  const { call, type, actor, fields } = eventOf(tenant, index)
  const entry = { index, at: '2026-01-01T00:00:00.000Z', tenant, call, type, actor, fields }
  const leaf = leafOf(entry)
  return rowOf(entry, leaf, hashOfLeaf(leaf))
}

async function insertTiles(
  { kysely }: Kept['database'],
  tenant: TenantId,
  tiles: readonly FullTile[],
): Promise<void> {
  const rows = tiles.map(({ level, index, hashes, root }) => ({
    level,
    idx: index,
    hashes: base64(hashes),
    root: base64(root),
  }))
  await sql`insert into audit_tiles (tenant, level, idx, hashes, root)
    select ${tenant}, row.level, row.idx, decode(row.hashes, 'base64'), decode(row.root, 'base64')
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row(level int, idx bigint, hashes text, root text)`.execute(
    kysely,
  )
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
