import type { Audit } from '#audit'
import type { CallLegStore, CallStore, Database, RecordingStore } from '#db'
import type { AppId, Clock, Config, Log, Random, Secret } from '#kernel'
import type { OpenTenantKeys } from '#keys'
import type { Delivery, EgressGuard, HttpsClient, Outbox } from '#webhook'
import type { Metrics } from './metrics.ts'
import type { AuditLogs } from './open-audit-logs.ts'

/** What every part is given. */
export interface Base {
  readonly config: Config
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
  readonly metrics: Metrics
  /** Follows a reference of the configuration; asked for each use, since secrets change while we run. */
  readonly readSecret: (reference: string) => Secret<string>
  /** Unwinds in reverse when the gateway ends, or cannot start. */
  readonly stack: AsyncDisposableStack
}

/** What remembers. */
export interface Memory {
  readonly keys: OpenTenantKeys
  readonly database: Database
  readonly audit: Audit
  readonly auditLogs: AuditLogs
  readonly callRows: CallStore
  readonly legRows: CallLegStore
  readonly recordingRows: RecordingStore
}

/** What speaks to apps. */
export interface Apps {
  readonly egress: EgressGuard
  readonly client: HttpsClient
  readonly outbox: Outbox
  /** Takes attempts at an app's webhooks for the delivery log. */
  readonly logDelivery: (app: AppId) => (delivery: Delivery) => void
}
