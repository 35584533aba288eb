import {
  edgeWidths,
  parseTile,
  rootOf,
  sameBytes,
  tileWidth,
  toBase64,
  verifyExport,
  type ExportReport,
  type Policy,
} from '@voxkeep/tlog'
import type { TenantId } from '#kernel'
import { hashOfLeaf } from './entry.ts'
import { entryOf } from './open-audit.ts'
import { exportLog } from './export-log.ts'
import { readEdge } from './read-tiles.ts'
import type { PublishedKey } from './signers.ts'
import type { AuditStore, LeafRow } from './store.ts'
import { rowOf } from './tenant-log.ts'

/** What is wrong with a log as the database holds it. */
export type StoredFinding =
  | ExportReport['findings'][number]
  /** The columns of this entry’s row say something else than the entry (or the entry is no entry), or the row is gone. */
  | { readonly kind: 'row' | 'missing'; readonly index: number }
  /** A tile above the leaves was changed or is gone. */
  | { readonly kind: 'stored-tile'; readonly level: number; readonly index: number }
  /** The head’s size or root is not what the leaves give. */
  | { readonly kind: 'head' }

export interface StoredReport {
  readonly ok: boolean
  readonly size: number
  readonly proven: number
  readonly findings: readonly StoredFinding[]
}

const maxFindings = 1_000
const pageSize = 4 * tileWidth

/**
 * Verifies all of a log that is stored: entries against hashes, hashes against signed checkpoints, and everything that is kept beside
 * them (columns, tiles, head). Rejects only when the store cannot be read.
 */
export async function verifyStoredLog(
  store: AuditStore,
  o: {
    readonly tenant: TenantId
    readonly origin: string
    readonly keys: readonly PublishedKey[]
    readonly policy: Policy
  },
): Promise<StoredReport> {
  const { tenant } = o
  const head = (await store.head(tenant)) ?? { size: 0, root: '' }
  const last = await store.checkpoint(tenant)
  const size = Math.max(head.size, last?.size ?? 0)
  const lines = exportLog(store, { ...o, from: 0, to: size })
  const report = await verifyExport(bytesOf(lines), o.policy)
  const findings: StoredFinding[] = report.findings.filter((one) => !isTail(one, last?.size ?? 0))
  for (const finding of await checkRows(store, tenant, size)) findings.push(finding)
  for (const finding of await checkTiles(store, tenant, size)) findings.push(finding)
  const edge = await readEdge(store, tenant, head.size)
  if (edge === undefined || toBase64(edge.root()) !== head.root || head.size < size)
    findings.push({ kind: 'head' })
  return { ok: findings.length === 0, size, proven: report.proven, findings: findings.slice(0, maxFindings) }
}

/** What came after the last checkpoint is not signed yet: that is no fault. */
function isTail(finding: StoredFinding, signed: number): boolean {
  return finding.kind === 'unproven' && finding.from >= signed
}

async function* bytesOf(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of lines) yield Buffer.from(text)
}

async function checkRows(store: AuditStore, tenant: TenantId, size: number): Promise<StoredFinding[]> {
  const findings: StoredFinding[] = []
  let next = 0
  const skipTo = (index: number) => {
    for (; next < index && findings.length < maxFindings; next++)
      findings.push({ kind: 'missing', index: next })
    next = index
  }
  for (let from = 0; from < size; from += pageSize)
    for (const row of await store.leaves(tenant, from, Math.min(size, from + pageSize))) {
      skipTo(row.idx)
      if (!fits(tenant, row) && findings.length < maxFindings) findings.push({ kind: 'row', index: row.idx })
      next = row.idx + 1
    }
  skipTo(size)
  return findings
}

function fits(tenant: TenantId, row: LeafRow): boolean {
  const entry = entryOf(tenant, row)
  if (entry === undefined) return false
  const expected = rowOf(entry, row.leaf, hashOfLeaf(row.leaf))
  return (
    sameBytes(expected.hash, row.hash) &&
    expected.call_id === row.call_id &&
    expected.at.getTime() === row.at.getTime() &&
    expected.type === row.type &&
    expected.actor === row.actor
  )
}

/** Every full tile: its root fits its hashes, and its hashes are the roots of the tiles below. */
async function checkTiles(store: AuditStore, tenant: TenantId, size: number): Promise<StoredFinding[]> {
  const findings: StoredFinding[] = []
  for (const level of edgeWidths(size).keys()) {
    const count = Math.floor(size / tileWidth ** (level + 1))
    for (let index = 0; index < count; index++) {
      const [tile] = await store.tiles(tenant, [{ level, index }])
      const hashes = parseTile(tile?.hashes ?? new Uint8Array(0))
      const below =
        level === 0
          ? hashes
          : await store.tileRoots(tenant, level - 1, index * tileWidth, (index + 1) * tileWidth)
      const fine =
        tile !== undefined &&
        hashes?.length === tileWidth &&
        sameBytes(rootOf(hashes), tile.root) &&
        hashes.every((hash, n) => sameBytes(hash, below?.[n] ?? new Uint8Array(0)))
      if (!fine) findings.push({ kind: 'stored-tile', level, index })
    }
  }
  return findings
}
