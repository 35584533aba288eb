import { groupCommit, type CallId, type Clock, type Log, type Secret, type TenantId } from '#kernel'
import { genesisHash, readEntry, sealEntry, type AuditEntry, type AuditValue } from './entry.ts'
import { AuditError } from './error.ts'
import { hidePerson, pseudonyms } from './pseudonym.ts'
import type { AuditStore, StoredEntry } from './store.ts'
import { verifyLog, type Checkpoint, type Verification } from './verify-log.ts'

export interface AuditEvent {
  readonly type: string
  readonly tenant: TenantId
  readonly call?: CallId | undefined
  /** Who acts: `token:tok_…`, `trunk:…`, `app:…`, `system`. */
  readonly actor: string
  readonly fields: Readonly<Record<string, AuditValue>>
}

export interface Audit {
  /**
   * Resolves when the entry is on disk: only then may what it permits happen. Rejects with `AuditError` otherwise: no
   * audit, no act. A person's number in `actor` or a field is replaced by its pseudonym.
   */
  append(event: AuditEvent): Promise<AuditEntry>
  verify(known?: Checkpoint): Promise<Verification>
  /** A call's entries in order; entries that were changed are left out (`verify` tells of them). */
  ofCall(call: CallId): Promise<AuditEntry[]>
  /** What stands for a person's number in this log. */
  pseudonym(text: string): string
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>
}

/** Entries that may wait; beyond that the disk stands still and callers are refused. */
const maxQueued = 10_000
/** One statement's worth. */
const maxBatch = 200

interface Waiting {
  readonly event: AuditEvent
  readonly at: string
  entry: AuditEntry | undefined
}

/** Opens the audit log at its last entry. Rejects with `AuditError` when the store cannot be read or that entry was changed. */
export async function openAudit(o: {
  readonly store: AuditStore
  readonly clock: Clock
  readonly log: Log
  /** Key of the pseudonyms, from the keyring. */
  readonly numberKey: Secret<Uint8Array>
}): Promise<Audit> {
  const pseudonym = pseudonyms(o.numberKey)
  let head: Head | undefined = await readHead(o.store)

  const writeBatch = async (batch: readonly Waiting[]): Promise<void> => {
    // After a failure the outcome of that write is unknown: where the log ends, only the store can say.
    head ??= await readHead(o.store)
    const entries: StoredEntry[] = []
    let { seq, hash } = head
    for (const waiting of batch) {
      const stored = sealEntry({ seq: ++seq, at: waiting.at, ...clean(waiting.event, pseudonym) }, hash)
      waiting.entry = readEntry(stored)
      entries.push(stored)
      hash = stored.hash
    }
    head = undefined
    await o.store.append(entries)
    head = { seq, hash }
  }
  const commit = groupCommit<Waiting>(
    async (batch) => {
      try {
        await writeBatch(batch)
      } catch (cause) {
        o.log.error('the audit log does not take entries', { entries: batch.length, cause })
        throw cause instanceof AuditError ? cause : unavailable(cause)
      }
    },
    {
      maxBatch,
      maxQueued,
      overflow: () => new AuditError('AUDIT_OVERLOADED', 'too many audit entries wait'),
    },
  )
  return {
    async append(event) {
      const waiting: Waiting = { event, at: new Date(o.clock.now()).toISOString(), entry: undefined }
      await commit.add(waiting)
      if (waiting.entry === undefined) throw unavailable()
      return waiting.entry
    },
    verify: (known) => verifyLog(o.store, known),
    async ofCall(call) {
      const stored = await o.store.ofCall(call)
      return stored.map(readEntry).filter((entry) => entry !== undefined)
    },
    pseudonym,
    settled: () => commit.settled(),
  }
}

interface Head {
  readonly seq: number
  readonly hash: string
}

async function readHead(store: AuditStore): Promise<Head> {
  const last = await store.head().catch((cause: unknown) => {
    throw unavailable(cause)
  })
  if (last === undefined) return { seq: 0, hash: genesisHash }
  if (readEntry(last) === undefined)
    throw new AuditError('AUDIT_BROKEN', 'the end of the audit log was changed')
  return last
}

function clean(event: AuditEvent, pseudonym: (text: string) => string) {
  const fields = Object.entries(event.fields).map(([name, value]) => [
    name.toWellFormed(),
    cleanValue(value, pseudonym),
  ])
  return {
    type: event.type,
    tenant: event.tenant,
    call: event.call ?? null,
    actor: hidePerson(event.actor.toWellFormed(), pseudonym),
    fields: Object.fromEntries(fields) as AuditEvent['fields'],
  }
}

/** Canonical JSON knows neither NaN nor half a character. */
function cleanValue(value: AuditValue, pseudonym: (text: string) => string): AuditValue {
  if (typeof value === 'string') return hidePerson(value.toWellFormed(), pseudonym)
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function unavailable(cause?: unknown): AuditError {
  return new AuditError('AUDIT_UNAVAILABLE', 'the audit log does not take entries', { cause })
}
