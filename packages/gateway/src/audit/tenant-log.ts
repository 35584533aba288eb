import { emptyRoot, nodesOfTiles, readRoot, toBase64, type FullTile, type TileEdge } from '@voxkeep/tlog'
import { groupCommit, type Clock, type Log, type TenantId } from '#kernel'
import { hashOfLeaf, leafOf, type AuditEntry } from './entry.ts'
import { AuditError } from './error.ts'
import { readEdge, readTiles, type TreeStore } from './read-tiles.ts'
import type { AuditStore, Growth, Head, LeafRow } from './store.ts'

/** What an entry holds before it has its place: already without personal data. */
export type Draft = Omit<AuditEntry, 'index' | 'hash'>

/** One tenant's log. */
export interface TenantLog {
  readonly tenant: TenantId
  readonly origin: string
  /** Resolves when the entry is durable. Rejects with `AuditError` otherwise. */
  append(draft: Draft): Promise<AuditEntry>
  /** How far the log got, by all its writers; checked to continue what this process saw of it. Rejects with `AuditError`. */
  state(): Promise<Head>
  settled(): Promise<void>
}

/** Entries that may wait; beyond that the disk stands still and callers are refused. */
const maxQueued = 10_000
/** One statement's worth. */
const maxBatch = 500

interface Waiting {
  readonly draft: Draft
  entry: AuditEntry | undefined
}

/** The log in memory: its right edge, and the state that it gives. */
interface Held {
  readonly edge: TileEdge
  readonly head: Head
}

export interface TenantLogDeps {
  readonly store: AuditStore
  readonly clock: Clock
  readonly log: Log
  readonly onAppended: (size: number) => void
}

/** Opens a log where it ends, making it when there is none. Rejects with `AuditError`: `AUDIT_UNAVAILABLE`, `AUDIT_BROKEN`. */
export async function openTenantLog(
  deps: TenantLogDeps,
  tenant: TenantId,
  origin: string,
): Promise<TenantLog> {
  const row = await deps.store.open(tenant, origin, toBase64(emptyRoot)).catch((cause: unknown) => {
    throw unavailable(cause)
  })
  const opened = new OpenLog(deps, tenant, row.origin)
  await opened.state()
  return opened
}

class OpenLog implements TenantLog {
  readonly tenant: TenantId
  readonly origin: string
  readonly #deps: TenantLogDeps
  readonly #commit
  #held: Held | undefined
  #turn: Promise<unknown> = Promise.resolve()
  /** The furthest that this process saw: what the store says later must continue it. */
  #seen: Head = { size: 0, root: toBase64(emptyRoot) }

  constructor(deps: TenantLogDeps, tenant: TenantId, origin: string) {
    this.#deps = deps
    this.tenant = tenant
    this.origin = origin
    this.#commit = groupCommit<Waiting>((batch) => this.#alone(() => this.#write(batch)), {
      maxBatch,
      maxQueued,
      overflow: () => new AuditError('AUDIT_OVERLOADED', 'too many audit entries wait'),
    })
  }

  async append(draft: Draft): Promise<AuditEntry> {
    const waiting: Waiting = { draft, entry: undefined }
    await this.#commit.add(waiting)
    if (waiting.entry === undefined) throw unavailable()
    return waiting.entry
  }

  async state(): Promise<Head> {
    try {
      return (await this.#alone(() => this.#load())).head
    } catch (cause) {
      throw cause instanceof AuditError ? cause : unavailable(cause)
    }
  }

  settled(): Promise<void> {
    return this.#commit.settled()
  }

  /** Looking and writing take turns: whoever looks must not find a head that is older than what was written meanwhile. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act)
    this.#turn = done.catch(() => {})
    return done
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const { store, log } = this.#deps
    try {
      // After a failure the outcome of that write is unknown: where the log ends, only the store can say.
      const held = this.#held ?? (await this.#load())
      this.#held = undefined
      let next = grown(held, batch)
      if (!(await store.grow(this.tenant, next.growth)))
        await store.growAlone(this.tenant, async (head, reader) => {
          next = grown(await this.#hold(head, reader), batch)
          return next.growth
        })
      this.#held = next.held
      this.#seen = next.held.head
      this.#deps.onAppended(next.held.head.size)
    } catch (cause) {
      this.#held = undefined
      log.error('the audit log does not take entries', { tenant: this.tenant, entries: batch.length, cause })
      throw cause instanceof AuditError ? cause : unavailable(cause)
    }
  }

  async #load(): Promise<Held> {
    const head = await this.#deps.store.head(this.tenant)
    if (head === undefined) throw broken('the audit log is gone')
    return this.#hold(head, this.#deps.store)
  }

  /** The log as it is at `head`, once it is found to be what its leaves give and to continue what was seen before. */
  async #hold(head: Head, store: TreeStore): Promise<Held> {
    if (this.#held !== undefined && sameHead(this.#held.head, head)) return this.#held
    const edge = await readEdge(store, this.tenant, head.size)
    if (edge === undefined || toBase64(edge.root()) !== head.root)
      throw broken('the end of the audit log was changed')
    await this.#checkContinues(head, store)
    this.#seen = head
    return (this.#held = { edge, head })
  }

  async #checkContinues(head: Head, store: TreeStore): Promise<void> {
    const seen = this.#seen
    if (sameHead(seen, head)) return
    if (head.size <= seen.size) throw broken('the audit log was rolled back or rewritten')
    const read = nodesOfTiles(readTiles(store, this.tenant))
    const root = await readRoot(seen.size, read).catch((cause: unknown) => {
      if (cause instanceof RangeError) throw broken('a part of the audit log is missing')
      throw cause
    })
    if (toBase64(root) !== seen.root) throw broken('the audit log does not continue what it was')
  }
}

/** What a batch makes of the log, without touching what is held. */
function grown({ edge, head }: Held, batch: readonly Waiting[]): { held: Held; growth: Growth } {
  const next = edge.copy()
  const leaves: LeafRow[] = []
  const tiles: FullTile[] = []
  for (const waiting of batch) {
    const index = next.size
    const leaf = leafOf({ ...waiting.draft, index })
    const hash = hashOfLeaf(leaf)
    tiles.push(...next.push(hash))
    leaves.push(rowOf({ ...waiting.draft, index }, leaf, hash))
    waiting.entry = { ...waiting.draft, index, hash: Buffer.from(hash).toString('hex') }
  }
  const to = { size: next.size, root: toBase64(next.root()) }
  return { held: { edge: next, head: to }, growth: { from: head, to, leaves, tiles } }
}

/** A leaf with the columns that queries look at. PostgreSQL's text knows no NUL. */
export function rowOf(
  { index, call, at, type, actor }: Omit<AuditEntry, 'hash' | 'tenant' | 'fields'>,
  leaf: string,
  hash: Uint8Array,
): LeafRow {
  const plain = (text: string) => text.replaceAll('\0', '')
  return { idx: index, call_id: call, at: new Date(at), type: plain(type), actor: plain(actor), leaf, hash }
}

function sameHead(a: Head, b: Head): boolean {
  return a.size === b.size && a.root === b.root
}

function broken(message: string): AuditError {
  return new AuditError('AUDIT_BROKEN', message)
}

function unavailable(cause?: unknown): AuditError {
  return new AuditError('AUDIT_UNAVAILABLE', 'the audit log does not take entries', { cause })
}
