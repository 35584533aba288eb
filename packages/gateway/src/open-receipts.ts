import type { Audit } from '#audit'
import { receiptStore, tenantKeyStore, type CallStore, type Database } from '#db'
import type { Clock, Config, Log } from '#kernel'
import { callReceipts, type CallReceipts } from './call-receipts.ts'
import type { AuditSigning } from './open-audit-logs.ts'
import { version } from './version.ts'

/** Receipts of calls over the database, signed by the keys that sign the audit logs. */
export function openReceipts(o: {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly database: Database
  readonly audit: Audit
  readonly calls: CallStore
  readonly signing: AuditSigning
}): CallReceipts {
  const keys = tenantKeyStore(o.database)
  return callReceipts({
    ...o,
    version,
    node: o.config.node.name,
    store: receiptStore(o.database),
    signers: (origin) => o.signing.signers.current(origin),
    prove: (tenant, index) => o.signing.reader.proof(tenant, index),
    async keyFacts(tenant, wanted) {
      const rows = await keys.keysOf(tenant)
      return rows
        .filter(({ id }) => wanted.includes(id))
        .map(({ id, provider, key_ref }) => ({ tenantKey: id, provider, providerKey: key_ref }))
    },
  })
}
