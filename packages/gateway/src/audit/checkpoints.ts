import { judgeCheckpoint, nodesOfTiles, readRoot, signCheckpoint, toBase64 } from '@voxkeep/tlog'
import type { Clock, Log, TenantId } from '#kernel'
import { AuditError } from './error.ts'
import { logOfLogs, type Audit } from './open-audit.ts'
import { readTiles } from './read-tiles.ts'
import type { Signers } from './signers.ts'
import type { AuditStore, CheckpointRow } from './store.ts'

/** A state of a log that its keys signed. */
export interface SignedCheckpoint extends CheckpointRow {
  readonly tenant: TenantId
  readonly origin: string
}

/** Somebody outside who is shown every checkpoint: a witness, a locked store. Rejects when it did not get there: it is shown the next one. */
export type ShowCheckpoint = (checkpoint: SignedCheckpoint) => Promise<void>

export interface Checkpoints extends AsyncDisposable {
  /** The newest checkpoint of a log, signed now if it grew since; undefined while it is empty. Rejects with `AuditError`. */
  now(tenant: TenantId): Promise<SignedCheckpoint | undefined>
  /** Calls back with every checkpoint that is signed here. The returned function stops it. */
  onCheckpoint(listener: (checkpoint: SignedCheckpoint) => void): () => void
}

export interface CheckpointsDeps {
  readonly store: AuditStore
  readonly audit: Audit
  readonly signers: Signers
  readonly clock: Clock
  readonly log: Log
  readonly intervalMs: number
  readonly everyEntries: number
  /** Who is shown them, by name. */
  readonly outside: readonly { readonly name: string; readonly show: ShowCheckpoint }[]
  /** A log is not what was signed before. Called once for each log until it is right again. */
  readonly onBroken: (tenant: TenantId, error: AuditError) => void
  readonly count: (name: string, labels: Readonly<Record<string, string>>) => void
}

/** Signs checkpoints as logs grow, puts them into the log of logs, and shows them to those outside. */
export function startCheckpoints(deps: CheckpointsDeps): Checkpoints {
  return new Signing(deps)
}

class Signing implements Checkpoints {
  readonly #deps: CheckpointsDeps
  readonly #listeners = new Set<(checkpoint: SignedCheckpoint) => void>()
  /** The newest checkpoint that each of those outside was not shown yet. */
  readonly #unshown = new Map<string, Map<TenantId, SignedCheckpoint>>()
  readonly #broken = new Set<TenantId>()
  readonly #signedSize = new Map<TenantId, number>()
  readonly #stopListening: () => void
  #turn: Promise<unknown> = Promise.resolve()
  #cancel = () => {}
  #closed = false

  constructor(deps: CheckpointsDeps) {
    this.#deps = deps
    for (const { name } of deps.outside) this.#unshown.set(name, new Map())
    this.#stopListening = deps.audit.onAppended((tenant, size) => {
      if (tenant !== logOfLogs && size - (this.#signedSize.get(tenant) ?? size) >= deps.everyEntries)
        this.#background(() => this.#sign(tenant).then(() => this.#show()))
      if (!this.#signedSize.has(tenant)) this.#signedSize.set(tenant, size - 1)
    })
    this.#background(() => this.#all())
    this.#arm()
  }

  now(tenant: TenantId): Promise<SignedCheckpoint | undefined> {
    return this.#alone(() => this.#sign(tenant))
  }

  onCheckpoint(listener: (checkpoint: SignedCheckpoint) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#cancel()
    this.#stopListening()
    await this.#alone(() => this.#all()).catch((error: unknown) => this.#failed(error))
  }

  #arm(): void {
    this.#cancel = this.#deps.clock.set(this.#deps.intervalMs, () => {
      this.#background(() => this.#all())
      this.#arm()
    })
  }

  #background(act: () => Promise<unknown>): void {
    if (!this.#closed) this.#alone(act).catch((error: unknown) => this.#failed(error))
  }

  #failed(error: unknown): void {
    this.#deps.count('audit_checkpoints', { outcome: 'failed' })
    this.#deps.log.error('audit checkpoints cannot be signed', { error })
  }

  #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act)
    this.#turn = done.catch(() => {})
    return done
  }

  /** Every log that grew; last the log of logs, which then holds the others’ checkpoints. */
  async #all(): Promise<void> {
    const { store, signers } = this.#deps
    await signers.refresh()
    const grown = (await store.logs()).filter(
      ({ tenant, size }) => tenant !== logOfLogs && this.#signedSize.get(tenant) !== size,
    )
    for (const { tenant } of grown)
      await this.#sign(tenant).catch((error: unknown) => this.#judgeFailure(tenant, error))
    await this.#sign(logOfLogs).catch((error: unknown) => this.#judgeFailure(logOfLogs, error))
    await this.#show()
  }

  #judgeFailure(tenant: TenantId, error: unknown): void {
    if (!(error instanceof AuditError) || error.code !== 'AUDIT_BROKEN') return this.#failed(error)
    if (this.#broken.has(tenant)) return
    this.#broken.add(tenant)
    this.#deps.count('audit_checkpoints', { outcome: 'broken' })
    this.#deps.onBroken(tenant, error)
  }

  async #sign(tenant: TenantId): Promise<SignedCheckpoint | undefined> {
    const { store, audit, signers, clock } = this.#deps
    const log = await audit.log(tenant)
    const { size, root } = await log.state()
    const last = await store.checkpoint(tenant)
    if (last !== undefined) await this.#checkContinues(tenant, log.origin, last, size)
    this.#broken.delete(tenant)
    this.#signedSize.set(tenant, size)
    if (size === 0) return undefined
    if (last?.size === size) return { tenant, origin: log.origin, ...last }
    const { origin } = log
    const timeS = Math.floor(clock.now() / 1_000)
    const bytes = new Uint8Array(Buffer.from(root, 'base64'))
    const note = signCheckpoint({ origin, size, root: bytes }, signers.current(origin), timeS)
    const row = { size, at: new Date(timeS * 1_000), note }
    if (!(await store.addCheckpoint(tenant, row))) return this.#others(tenant, origin)
    this.#deps.count('audit_checkpoints', { outcome: 'signed' })
    const fields = { origin, size, root }
    if (tenant !== logOfLogs)
      await audit.append({ type: 'log.checkpoint', tenant: logOfLogs, actor: actorOf(origin), fields })
    const signed = { tenant, origin, ...row }
    for (const listener of this.#listeners) listener(signed)
    for (const waiting of this.#unshown.values()) waiting.set(tenant, signed)
    return signed
  }

  /** Another node signed this size first. */
  async #others(tenant: TenantId, origin: string): Promise<SignedCheckpoint | undefined> {
    const row = await this.#deps.store.checkpoint(tenant)
    return row && { tenant, origin, ...row }
  }

  /** Nothing is signed that does not continue what was signed last. */
  async #checkContinues(
    tenant: TenantId,
    origin: string,
    { note, size: lastSize }: CheckpointRow,
    size: number,
  ): Promise<void> {
    const { store, signers } = this.#deps
    const judged = judgeCheckpoint(note, { log: signers.published(origin).map(({ key }) => key) })
    if (!judged.ok || judged.checkpoint.size !== lastSize) throw broken('the last checkpoint was changed')
    if (lastSize > size) throw broken('the audit log is shorter than what was signed of it')
    const root = await readRoot(lastSize, nodesOfTiles(readTiles(store, tenant))).catch((error: unknown) => {
      if (error instanceof RangeError) throw broken('a part of the audit log is missing')
      throw error
    })
    if (toBase64(root) !== toBase64(judged.checkpoint.root))
      throw broken('the audit log does not continue what was signed of it')
  }

  async #show(): Promise<void> {
    await Promise.all(
      this.#deps.outside.map(async ({ name, show }) => {
        const waiting = this.#unshown.get(name)
        for (const [tenant, checkpoint] of waiting ?? []) {
          try {
            await show(checkpoint)
            if (waiting?.get(tenant) === checkpoint) waiting.delete(tenant)
            this.#deps.count('audit_checkpoints_shown', { to: name, outcome: 'taken' })
          } catch (error) {
            this.#deps.count('audit_checkpoints_shown', { to: name, outcome: 'failed' })
            this.#deps.log.warn('a checkpoint was not taken outside', { to: name, tenant, error })
          }
        }
      }),
    )
  }
}

/** Who speaks in the log of logs: by this a log's checkpoints are found in it. */
export function actorOf(origin: string): string {
  return `log:${origin}`
}

function broken(message: string): AuditError {
  return new AuditError('AUDIT_BROKEN', message)
}
