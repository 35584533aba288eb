import type { FullTile } from '@voxkeep/tlog'
import type { TenantId } from '#kernel'
import type {
  AuditStore,
  CheckpointRow,
  CosignatureRow,
  Growth,
  LeafRow,
  LogRow,
  SignerRow,
} from './store.ts'

interface MemoryLog {
  row: LogRow
  leaves: LeafRow[]
  tiles: FullTile[]
  checkpoints: CheckpointRow[]
  cosignatures: CosignatureRow[]
}

/** An audit store that forgets at exit, and whose rows a test may change behind the log's back. */
export function memoryAuditStore() {
  const logs = new Map<TenantId, MemoryLog>()
  let signers: SignerRow[] = []
  const logOf = (tenant: TenantId): MemoryLog => {
    const log = logs.get(tenant)
    if (log === undefined) throw new Error('no such log')
    return log
  }
  let turn: Promise<unknown> = Promise.resolve()
  const alone = <T>(act: () => Promise<T>): Promise<T> => {
    const done = turn.then(act)
    turn = done.catch(() => {})
    return done
  }
  const store: AuditStore & { readonly kept: typeof logs } = {
    kept: logs,
    async open(tenant, origin, root) {
      const log = logs.get(tenant) ?? {
        row: { tenant, origin, size: 0, root },
        leaves: [],
        tiles: [],
        checkpoints: [],
        cosignatures: [],
      }
      logs.set(tenant, log)
      return log.row
    },
    logs: async () => [...logs.values()].map(({ row }) => row),
    head: async (tenant) => logs.get(tenant)?.row,
    grow: (tenant, growth) => alone(async () => growNow(logOf(tenant), growth)),
    growAlone: (tenant, plan) =>
      alone(async () => {
        if (!growNow(logOf(tenant), await plan(logOf(tenant).row, store))) throw new Error('the head moved')
      }),
    leaves: async (tenant, from, to) => logOf(tenant).leaves.filter(({ idx }) => idx >= from && idx < to),
    query: async (tenant, filter, { before, limit }) =>
      (logs.get(tenant)?.leaves ?? [])
        .filter(({ idx, type, actor, call_id, at }) =>
          [
            before === undefined || idx < before,
            filter.type === undefined || type === filter.type,
            filter.actor === undefined || actor === filter.actor,
            filter.call === undefined || call_id === filter.call,
            filter.from === undefined || at >= filter.from,
            filter.to === undefined || at < filter.to,
          ].every(Boolean),
        )
        .toReversed()
        .slice(0, limit),
    ofCall: async (tenant, call) => logOf(tenant).leaves.filter(({ call_id }) => call_id === call),
    tiles: async (tenant, parts) =>
      logOf(tenant).tiles.filter((tile) =>
        parts.some(({ level, index }) => tile.level === level && tile.index === index),
      ),
    tileRoots: async (tenant, level, from, to) =>
      logOf(tenant)
        .tiles.filter((tile) => tile.level === level && tile.index >= from && tile.index < to)
        .map(({ root }) => root),
    async addCheckpoint(tenant, row) {
      const { checkpoints } = logOf(tenant)
      if (checkpoints.some(({ size }) => size === row.size)) return false
      return checkpoints.push(row) > 0
    },
    checkpoint: async (tenant, most = Number.MAX_SAFE_INTEGER) =>
      logs.get(tenant)?.checkpoints.findLast(({ size }) => size <= most),
    checkpoints: async (tenant, from, to, limit) =>
      logOf(tenant)
        .checkpoints.filter(({ size }) => size >= from && size <= to)
        .slice(0, limit),
    addCosignature: async (tenant, row) => void logOf(tenant).cosignatures.push(row),
    cosignatures: async (tenant, size) => logOf(tenant).cosignatures.filter((row) => row.size === size),
    signers: async (purpose) => signers.filter((row) => row.purpose === purpose),
    async addSigner(row) {
      signers = signers.map((old) =>
        old.purpose === row.purpose && old.until_at === null ? { ...old, until_at: row.from_at } : old,
      )
      signers.push(row)
    },
  }
  return store
}

function growNow(log: MemoryLog, { from, to, leaves, tiles }: Growth): boolean {
  if (log.row.size !== from.size || log.row.root !== from.root) return false
  log.row = { ...log.row, ...to }
  log.leaves.push(...leaves)
  log.tiles.push(...tiles)
  return true
}
