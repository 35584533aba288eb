import { isOrigin } from '@voxkeep/tlog'
import type { CallId, Clock, Log, TenantId } from '#kernel'
import { draftOf, type AuditEvent, type NumberKey } from './draft.ts'
import { readLeaf, type AuditEntry } from './entry.ts'
import { AuditError } from './error.ts'
import { pseudonyms } from './pseudonym.ts'
import type { AuditStore, LeafRow } from './store.ts'
import { openTenantLog, type TenantLog } from './tenant-log.ts'

/** The log of logs: its entries are the other logs' checkpoints. No tenant can be called so. */
export const logOfLogs = '*' as TenantId

export interface Audit {
  /**
   * Resolves when the entry is on disk: only then may what it permits happen. Rejects with `AuditError` otherwise: no
   * audit, no act. A person's number in `actor` or a field is replaced by its pseudonym under the tenant's key.
   */
  append(event: AuditEvent): Promise<AuditEntry>
  /** The tenant's log, made when there is none. Rejects with `AuditError`: `AUDIT_BROKEN`, `AUDIT_UNAVAILABLE`. */
  log(tenant: TenantId): Promise<TenantLog>
  /** A call's entries in order; those that were changed are left out (verifying tells of them). */
  ofCall(tenant: TenantId, call: CallId): Promise<AuditEntry[]>
  /** What stands for a person's number in this tenant's log. Throws while the tenant's keys are closed. */
  pseudonym(tenant: TenantId, text: string): string
  /** Calls back after entries were appended here. The returned function stops it. */
  onAppended(listener: (tenant: TenantId, size: number) => void): () => void
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>
}

export interface AuditDeps {
  readonly store: AuditStore
  readonly clock: Clock
  readonly log: Log
  /** What new logs are named after: `<deployment>/audit/<tenant>`, and `<deployment>/audit` for the log of logs. */
  readonly deployment: string
  readonly numberKey: NumberKey
}

/** The audit logs of all tenants. Each is opened, and checked, when it is first needed. */
export function openAudit(o: AuditDeps): Audit {
  const logs = new Map<TenantId, Promise<TenantLog>>()
  const listeners = new Set<(tenant: TenantId, size: number) => void>()
  const open = (tenant: TenantId): Promise<TenantLog> => {
    const known = logs.get(tenant)
    if (known !== undefined) return known
    const onAppended = (size: number) => {
      for (const listener of listeners) listener(tenant, size)
    }
    const opening = openTenantLog({ ...o, onAppended }, tenant, originOf(o.deployment, tenant))
    logs.set(tenant, opening)
    opening.catch((cause: unknown) => {
      logs.delete(tenant)
      o.log.error('an audit log cannot be opened', { tenant, cause })
    })
    return opening
  }
  return {
    async append(event) {
      const draft = draftOf(event, new Date(o.clock.now()).toISOString(), o.numberKey)
      const log = await open(event.tenant)
      return log.append(draft)
    },
    log: open,
    async ofCall(tenant, call) {
      return entriesOf(tenant, await o.store.ofCall(tenant, call))
    },
    pseudonym: (tenant, text) => pseudonyms(o.numberKey(tenant))(text),
    onAppended(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async settled() {
      const opened = await Promise.allSettled(logs.values())
      await Promise.all(opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value.settled()] : [])))
    },
  }
}

/** The entries of rows, without those whose text is not what was written there. */
export function entriesOf(tenant: TenantId, rows: readonly LeafRow[]): AuditEntry[] {
  return rows.map((row) => entryOf(tenant, row)).filter((entry) => entry !== undefined)
}

/** The entry of a row, or undefined when it is none, or stands where it was not written. */
export function entryOf(tenant: TenantId, { idx, leaf }: LeafRow): AuditEntry | undefined {
  const entry = readLeaf(leaf)
  return entry?.index === idx && entry.tenant === tenant ? entry : undefined
}

function originOf(deployment: string, tenant: TenantId): string {
  const origin = tenant === logOfLogs ? `${deployment}/audit` : `${deployment}/audit/${tenant}`
  if (!isOrigin(origin)) throw new AuditError('AUDIT_UNKNOWN', 'no log can have this name')
  return origin
}
