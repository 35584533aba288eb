import {
  nodesOfTiles,
  parseNote,
  parseTile,
  perfectNodes,
  serializeControlLine,
  serializeNote,
  parseSignatures,
  tileWidth,
} from '@voxkeep/tlog'
import type { TenantId } from '#kernel'
import { AuditError } from './error.ts'
import { readTiles } from './read-tiles.ts'
import type { PublishedKey } from './signers.ts'
import type { AuditStore, CheckpointRow, LeafRow } from './store.ts'

export interface ExportRange {
  readonly tenant: TenantId
  readonly origin: string
  /** Rounded down to the beginning of a tile. */
  readonly from: number
  /** The size of a checkpoint: what it covers is exported. */
  readonly to: number
  readonly keys: readonly PublishedKey[]
}

/** Checkpoints read at a time. */
const pageSize = 256

/**
 * An export, in pieces that each end in a newline: a header, then for every tile its entries (exactly the text that is hashed), the
 * checkpoints that end among them, and the tile’s hashes as they are kept. What it takes to verify it is in it, but for the keys to trust.
 */
export async function* exportLog(store: AuditStore, range: ExportRange): AsyncGenerator<string> {
  const { tenant, origin, to, keys } = range
  const from = Math.floor(range.from / tileWidth) * tileWidth
  const before =
    from === 0 ? [] : await nodesOfTiles(readTiles(store, tenant))(perfectNodes({ from: 0, to: from }))
  const keyTexts = keys.map(({ key }) => key.text)
  yield `${serializeControlLine({ kind: 'header', header: { origin, from, before, keys: keyTexts } })}\n`
  const checkpoints = checkpointsOf(store, tenant, from, to)
  let next = await checkpoints.next()
  for (let start = from; start < to; start += tileWidth) {
    const end = Math.min(to, start + tileWidth)
    const leaves = await store.leaves(tenant, start, end)
    const lines = leaves.map(({ leaf }) => `${leaf}\n`)
    for (; !next.done && next.value.size <= end; next = await checkpoints.next())
      lines.push(`${serializeControlLine({ kind: 'checkpoint', note: next.value.note })}\n`)
    // Of a tile that is not full the hashes are those beside the leaves: not computed, so that a changed leaf shows.
    const [full] = await store.tiles(tenant, [{ level: 0, index: start / tileWidth }])
    const kept = full === undefined ? leaves.map(({ hash }) => hash) : (parseTile(full.hashes) ?? [])
    const hashes = kept.slice(0, end - start)
    if (hashes.length > 0)
      lines.push(`${serializeControlLine({ kind: 'tile', index: start / tileWidth, hashes })}\n`)
    yield lines.join('')
  }
}

async function* checkpointsOf(
  store: AuditStore,
  tenant: TenantId,
  from: number,
  to: number,
): AsyncGenerator<CheckpointRow> {
  for (let at = from + 1; ;) {
    const page = await store.checkpoints(tenant, at, to, pageSize)
    for (const row of page) yield await withCosignatures(store, tenant, row)
    const last = page.at(-1)
    if (page.length < pageSize || last === undefined) return
    at = last.size + 1
  }
}

/** A checkpoint with what witnesses added to it since. */
export async function withCosignatures(
  store: Pick<AuditStore, 'cosignatures'>,
  tenant: TenantId,
  row: CheckpointRow,
): Promise<CheckpointRow> {
  const note = parseNote(row.note)
  const cosigned = await store.cosignatures(tenant, row.size)
  if (note === undefined || cosigned.length === 0) return row
  const more = cosigned.flatMap(({ lines }) => parseSignatures(lines) ?? [])
  return { ...row, note: serializeNote({ text: note.text, signatures: [...note.signatures, ...more] }) }
}

/** The leaf at an index. Rejects with `AuditError` (`AUDIT_UNKNOWN`). */
export async function leafAt(
  store: Pick<AuditStore, 'leaves'>,
  tenant: TenantId,
  index: number,
): Promise<LeafRow> {
  const [row] = await store.leaves(tenant, index, index + 1)
  if (row === undefined) throw new AuditError('AUDIT_UNKNOWN', 'the log has no such entry')
  return row
}
