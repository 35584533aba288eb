import {
  makeInclusionProof,
  nodesOfTiles,
  serializeBundle,
  serializeTile,
  serializeTlogProof,
  tileWidth,
  type TileId,
} from '@voxkeep/tlog'
import type { CallId, Clock, TenantId } from '#kernel'
import { actorOf, type Checkpoints } from './checkpoints.ts'
import type { AuditEntry } from './entry.ts'
import { AuditError } from './error.ts'
import { exportLog, leafAt, withCosignatures } from './export-log.ts'
import { entriesOf, logOfLogs, type Audit } from './open-audit.ts'
import { hidePerson } from './pseudonym.ts'
import { readTiles } from './read-tiles.ts'
import type { PublishedKey, Signers } from './signers.ts'
import type { AuditStore, CheckpointRow } from './store.ts'
import { verifyStoredLog, type StoredReport } from './verify-stored.ts'

export interface AuditQuery {
  readonly type?: string | undefined
  /** A person’s number finds his pseudonym. */
  readonly actor?: string | undefined
  readonly call?: CallId | undefined
  readonly from?: Date | undefined
  /** Exclusive. */
  readonly to?: Date | undefined
}

/** Everything that can be asked of one tenant’s log. Promises reject with `AuditError`. */
export interface AuditReader {
  /** The newest first, below index `before`. */
  query(
    tenant: TenantId,
    query: AuditQuery,
    page: { before: number | undefined; limit: number },
  ): Promise<AuditEntry[]>
  /** The newest checkpoint, signed now if the last is a second old and the log grew since, with its cosignatures; undefined while the log is empty. */
  checkpoint(tenant: TenantId): Promise<CheckpointRow | undefined>
  /** A C2SP tlog-proof of one entry, which it carries. `AUDIT_UNKNOWN` when there is none. */
  proof(tenant: TenantId, index: number): Promise<string>
  /** A C2SP tlog-proof that the log of logs holds this log's newest checkpoint that is in it; undefined while there is none. */
  proofOfCheckpoint(tenant: TenantId): Promise<string | undefined>
  /** A tile or an entry bundle as C2SP tlog-tiles has it; `AUDIT_UNKNOWN` for one that no checkpoint covers. */
  tile(tenant: TenantId, tile: TileId): Promise<Uint8Array>
  /** Lines for `voxkeep audit verify`, up to the newest checkpoint. */
  export(tenant: TenantId, from: number): Promise<AsyncIterable<string>>
  keys(tenant: TenantId): Promise<readonly PublishedKey[]>
  /** Verifies everything that is stored of the log. */
  verify(tenant: TenantId): Promise<StoredReport>
}

const freshMs = 1_000

export function auditReader(deps: {
  readonly store: AuditStore
  readonly audit: Audit
  readonly checkpoints: Pick<Checkpoints, 'now'>
  readonly signers: Signers
  readonly clock: Clock
}): AuditReader {
  const { store, audit, signers } = deps
  /** Signed now if it grew, but not for each who asks: a checkpoint is a row for ever. */
  const signed = async (tenant: TenantId, covering = 0) => {
    const kept = await store.checkpoint(tenant)
    const isFresh = kept !== undefined && deps.clock.now() - kept.at.getTime() < freshMs
    const enough = kept !== undefined && kept.size >= covering && (covering > 0 || isFresh)
    const checkpoint = enough ? kept : await deps.checkpoints.now(tenant)
    return checkpoint && withCosignatures(store, tenant, checkpoint)
  }
  const proof = async (tenant: TenantId, index: number) => {
    const checkpoint = await signed(tenant, index + 1)
    if (checkpoint === undefined || index >= checkpoint.size) throw unknown()
    const { leaf } = await leafAt(store, tenant, index)
    const hashes = await makeInclusionProof(index, checkpoint.size, nodesOfTiles(readTiles(store, tenant)))
    const extra = new Uint8Array(Buffer.from(leaf))
    return serializeTlogProof({ extra, index, proof: hashes, checkpoint: checkpoint.note })
  }
  const keys = async (tenant: TenantId) => signers.published((await audit.log(tenant)).origin)
  const verify = async (tenant: TenantId) => {
    const [log, published] = [await audit.log(tenant), await keys(tenant)]
    const policy = { log: published.map(({ key }) => key) }
    return verifyStoredLog(store, { tenant, origin: log.origin, keys: published, policy })
  }
  /** Reading all of a log is work: who asks meanwhile waits for the same answer. */
  const verifying = new Map<TenantId, Promise<StoredReport>>()
  return {
    async query(tenant, { actor, ...query }, page) {
      const hidden = actor && hidePerson(actor, (text) => audit.pseudonym(tenant, text))
      return entriesOf(tenant, await store.query(tenant, { ...query, actor: hidden }, page))
    },
    checkpoint: signed,
    proof,
    async proofOfCheckpoint(tenant) {
      const actor = actorOf((await audit.log(tenant)).origin)
      const [row] = await store.query(logOfLogs, { actor }, { before: undefined, limit: 1 })
      return row && proof(logOfLogs, row.idx)
    },
    async tile(tenant, { level, index, width }) {
      const { size } = (await store.checkpoint(tenant)) ?? { size: 0 }
      const from = index * tileWidth
      const below = level === 'entries' ? 0 : level
      if (from + width > Math.floor(size / tileWidth ** below)) throw unknown()
      if (level === 'entries') {
        const leaves = await store.leaves(tenant, from, from + width)
        return serializeBundle(leaves.map(({ leaf }) => new Uint8Array(Buffer.from(leaf))))
      }
      const [hashes = []] = await readTiles(store, tenant)([{ level, index }])
      if (hashes.length < width) throw unknown()
      return serializeTile(hashes.slice(0, width))
    },
    async export(tenant, from) {
      const log = await audit.log(tenant)
      const { size } = (await signed(tenant)) ?? { size: 0 }
      return exportLog(store, {
        tenant,
        origin: log.origin,
        from: Math.min(from, size),
        to: size,
        keys: await keys(tenant),
      })
    },
    keys,
    verify(tenant) {
      const running = verifying.get(tenant) ?? verify(tenant).finally(() => verifying.delete(tenant))
      verifying.set(tenant, running)
      return running
    },
  }
}

function unknown(): AuditError {
  return new AuditError('AUDIT_UNKNOWN', 'the log has no such entry')
}
