import type { ApiAudit } from '#api'
import type { Database } from '#db'
import type { Clock, Config, Log, Random } from '#kernel'
import type { TenantKeys } from '#keys'
import type { Stores } from '#objects'
import type { HttpsClient } from '#webhook'
import type { Metrics } from './metrics.ts'
import { openAuditSigning, type AuditLogs, type AuditSigning } from './open-audit-logs.ts'
import { auditOutside, openWitness } from './open-audit-outside.ts'

/** What proves the audit log. */
export interface Signing extends AuditSigning, AsyncDisposable {
  /** Everything that the API offers of the log. */
  readonly api: ApiAudit
}

/** Checkpoints, signed as the logs grow and shown to those outside; and what we witness of others' logs. */
export async function openSigning(
  config: Config,
  deps: {
    readonly auditLogs: AuditLogs
    readonly database: Database
    readonly keys: TenantKeys
    readonly clock: Clock
    readonly random: Random
    readonly log: Log
    readonly metrics: Metrics
    readonly client: HttpsClient
    readonly stores: Stores
  },
): Promise<Signing> {
  const { auditLogs, metrics, stores } = deps
  const count: Metrics['count'] = (name, labels) => metrics.count(name, labels)
  const outside = auditOutside(config, {
    ...deps,
    ...auditLogs,
    placeOf: (tenant) => stores.placeOf('audit', tenant),
  })
  const witness = await openWitness(config, { ...deps, ...auditLogs })
  const signing = await openAuditSigning(config, { ...deps, ...auditLogs, outside, count })
  const { reader, signers, checkpoints } = signing
  return {
    ...signing,
    api: { ...reader, rotateKeys: () => signers.rotate(), witness },
    [Symbol.asyncDispose]: async () => checkpoints[Symbol.asyncDispose](),
  }
}
