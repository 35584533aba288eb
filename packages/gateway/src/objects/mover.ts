import type { Clock, Log } from '#kernel'
import { ObjectError } from './error.ts'
import type { Keeper } from './keeper.ts'
import type { ListedRow, ObjectList } from './rows.ts'
import type { Spool } from './spool.ts'

export interface MoverOptions {
  readonly rows: ObjectList
  readonly spool: Spool
  readonly keeper: Keeper
  readonly clock: Clock
  readonly log: Log
  /** Objects on their way at a time. */
  readonly parallel: number
}

/** Carries sealed objects from the spool to their stores, and to their end those whose deletion something delayed. */
export interface Mover extends AsyncDisposable {
  /** Something was sealed: do not wait for the next round. */
  poke(): void
  /** How long the oldest that was seen in the last round has waited; 0 when nothing waits. */
  readonly lagMs: number
  /** Resolves when the round under way, and one for what was poked meanwhile, are over. */
  settled(): Promise<void>
}

/** A round without a poke: what another node asked to be deleted, and locks that ran out, are found by it. */
const idleMs = 60_000
const firstRetryMs = 1_000
const maxRetryMs = 5 * 60_000
const pageSize = 200
/** So many objects find a store away before the rest of them is left, and not told of, until the next round. */
const maxFailures = 3

/** The first round begins at once; it finishes what a crash left. */
export function startMover(o: MoverOptions): Mover {
  const { clock } = o
  const closing = new AbortController()
  let lagMs = 0
  let failures = 0
  let cancel = () => {}
  let running: Promise<void> | undefined
  let again = false
  const round = async () => {
    const seen = { oldest: undefined as number | undefined, failed: false }
    try {
      await pass(o, closing.signal, seen)
    } catch (error) {
      seen.failed = true
      o.log.error('the spool cannot be moved to its stores now', { error })
    }
    lagMs = seen.oldest === undefined ? 0 : Math.max(0, clock.now() - seen.oldest)
    failures = seen.failed ? failures + 1 : 0
  }
  const run = () => {
    cancel()
    if (closing.signal.aborted) return
    if (running !== undefined) {
      again = true
      return
    }
    running = round().finally(() => {
      running = undefined
      if (closing.signal.aborted) return
      const delayMs = failures === 0 ? idleMs : Math.min(firstRetryMs * 2 ** (failures - 1), maxRetryMs)
      if (again && failures === 0) {
        again = false
        run()
      } else {
        again = false
        cancel = clock.set(delayMs, run)
      }
    })
  }
  const settled = async (): Promise<void> => {
    await running
    if (running !== undefined) await settled()
  }
  run()
  return {
    poke() {
      if (failures === 0) run() // else the store is away: the next try has its time
    },
    get lagMs() {
      return lagMs
    },
    settled,
    async [Symbol.asyncDispose]() {
      closing.abort()
      cancel()
      await settled()
    },
  }
}

async function pass(
  o: MoverOptions,
  signal: AbortSignal,
  seen: { oldest: number | undefined; failed: boolean },
): Promise<void> {
  await dropMoved(o)
  const failures = new Map<string, number>()
  await eachOf(
    o,
    signal,
    (page) => o.rows.deleting(page),
    async (row) => {
      const isLocked = row.lock_until !== null && row.lock_until.getTime() > o.clock.now()
      if (!isLocked) await o.keeper.deleteObject(row.id)
    },
  )
  await eachOf(
    o,
    signal,
    (page) => o.rows.spooled(page),
    async (row) => {
      const place = `${row.kind}/${row.tenant}` // what has one store
      const failed = failures.get(place) ?? 0
      if (failed < maxFailures) {
        try {
          await o.keeper.move(row.id, signal)
          return
        } catch (error) {
          seen.failed = true
          const code = error instanceof ObjectError ? error.code : undefined
          if (code === 'OBJECT_UNAVAILABLE') failures.set(place, failed + 1)
          o.log.warn('sealed objects wait in the spool: their store does not take them', {
            objectId: row.id,
            code,
            error,
          })
        }
      }
      seen.oldest = Math.min(seen.oldest ?? Infinity, row.created_at.getTime())
    },
  )
}

/** Files whose objects are in their store, or gone: the process died before it removed them. */
async function dropMoved({ rows, spool }: MoverOptions): Promise<void> {
  const ids = await spool.finished()
  for (let at = 0; at < ids.length; at += pageSize)
    for (const { id, state } of await rows.among(ids.slice(at, at + pageSize)))
      if (state === 'stored' || state === 'deleted') await spool.remove(id)
}

async function eachOf(
  o: MoverOptions,
  signal: AbortSignal,
  read: (page: { after: string; limit: number }) => Promise<readonly ListedRow[]>,
  act: (row: ListedRow) => Promise<void>,
): Promise<void> {
  for (let after = ''; ;) {
    const rows = await read({ after, limit: pageSize })
    const left = [...rows]
    const worker = async () => {
      for (let row = left.shift(); row !== undefined && !signal.aborted; row = left.shift()) await act(row)
    }
    await Promise.all(Array.from({ length: o.parallel }, worker))
    after = rows.at(-1)?.id ?? ''
    if (rows.length < pageSize || signal.aborted) return
  }
}
