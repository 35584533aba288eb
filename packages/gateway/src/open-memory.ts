import { callLegStore, callStore, openDatabase, recordingStore } from '#db'
import { databaseGauges } from './database-gauges.ts'
import { databaseOptions } from './database-options.ts'
import type { Base, Memory } from './gateway-parts.ts'
import { keyEvents } from './key-events.ts'
import { lateSeal } from './late-seal.ts'
import type { Metrics } from './metrics.ts'
import { openAuditLogs } from './open-audit-logs.ts'
import { keysUpkeep, openKeys } from './open-keys.ts'
import { streamOnlyAudit, streamOnlyTenants } from './stream-only.ts'

/** What remembers: the database; the keys, which lie wrapped in it, and without which nothing personal is kept; then the audit log. */
export async function openMemory({
  config,
  log,
  clock,
  random,
  metrics,
  readSecret,
  stack,
}: Base): Promise<Memory> {
  const seal = lateSeal()
  const database = stack.use(await openDatabase({ ...databaseOptions(config, clock, readSecret), log, seal }))
  databaseGauges(metrics, database)
  const events = keyEvents({ log, metrics })
  const count: Metrics['count'] = (name, labels) => metrics.count(name, labels)
  const keysDeps = { clock, random, log, database, onEvent: events.take, count }
  const keys = stack.use(await openKeys(config, keysDeps))
  seal.fit(keys.fieldSeal)
  const auditLogs = openAuditLogs(config, { database, keys, clock, log })
  const audit = streamOnlyAudit(auditLogs.audit, streamOnlyTenants(config))
  events.into(audit)
  stack.use(keysUpkeep(config, { keys, audit, clock, log }))
  stack.defer(() => audit.settled())
  const callRows = callStore(database)
  stack.defer(() => callRows.settled())
  const legRows = callLegStore(database)
  stack.defer(() => legRows.settled())
  return {
    keys,
    database,
    audit,
    auditLogs,
    callRows,
    legRows,
    recordingRows: recordingStore(database, clock),
  }
}
