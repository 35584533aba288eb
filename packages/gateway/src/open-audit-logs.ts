import {
  auditReader,
  openAudit,
  openSigners,
  startCheckpoints,
  type Audit,
  type AuditError,
  type AuditReader,
  type AuditStore,
  type Checkpoints,
  type SeedSeal,
  type ShowCheckpoint,
  type Signers,
} from '#audit'
import { auditStore, type Database } from '#db'
import { Secret, systemTenant, type Clock, type Config, type Log, type Random, type TenantId } from '#kernel'
import type { TenantKeys } from '#keys'

export interface AuditLogs {
  readonly store: AuditStore
  readonly audit: Audit
}

export interface AuditSigning {
  readonly signers: Signers
  readonly checkpoints: Checkpoints
  readonly reader: AuditReader
}

/** The audit logs over the database, with pseudonyms under each tenant's own key. */
export function openAuditLogs(
  config: Config,
  o: {
    readonly database: Database
    readonly keys: Pick<TenantKeys, 'hmacKey'>
    readonly clock: Clock
    readonly log: Log
  },
): AuditLogs {
  const store: AuditStore = auditStore(o.database)
  const numberKey = (tenant: TenantId) => new Secret(o.keys.hmacKey(tenant, 'audit numbers'))
  const deployment = config.audit.deployment ?? config.node.name
  return { store, audit: openAudit({ store, clock: o.clock, log: o.log, deployment, numberKey }) }
}

/** What signs the logs: keys sealed under the node's own key, and checkpoints as the logs grow. */
export async function openAuditSigning(
  config: Config,
  o: AuditLogs & {
    readonly keys: Pick<TenantKeys, 'fieldSeal'>
    readonly clock: Clock
    readonly random: Random
    readonly log: Log
    readonly outside: readonly { readonly name: string; readonly show: ShowCheckpoint }[]
    readonly count: (name: string, labels: Readonly<Record<string, string>>) => void
  },
): Promise<AuditSigning> {
  const signers = await openSigners({ ...o, purpose: 'log', seal: systemSeal(o.keys) })
  const { everyS, everyEntries } = config.audit.checkpoints
  const checkpoints = startCheckpoints({
    ...o,
    signers,
    intervalMs: everyS * 1_000,
    everyEntries,
    onBroken: (tenant, error) => tellBroken(o, tenant, error),
  })
  return { signers, checkpoints, reader: auditReader({ ...o, signers, checkpoints }) }
}

/** Seals the seeds of signing keys under the node's own key. */
export function systemSeal({ fieldSeal }: Pick<TenantKeys, 'fieldSeal'>): SeedSeal {
  return {
    seal: (text, context) => fieldSeal.seal(systemTenant, text, context),
    open: (sealed, context) => fieldSeal.open(systemTenant, sealed, context),
  }
}

/** Puts it where it can still be put: into the node's own log, from which alerts are raised. */
function tellBroken({ audit, log }: { audit: Audit; log: Log }, tenant: TenantId, error: AuditError): void {
  log.error('an audit log was tampered with', { tenant, error })
  const fields = { log: tenant, why: error.message }
  audit
    .append({ type: 'audit.tampered', tenant: systemTenant, actor: 'system', fields })
    .catch((cause: unknown) => log.error('tampering is not in the audit log', { tenant, cause }))
}
