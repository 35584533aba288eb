import { openTokens } from '#access'
import { startApi } from '#api'
import type { Calls } from '#call'
import { idempotencyStore, tokenStore } from '#db'
import type { DialGuard } from '#dialing'
import { Secret, systemTenant, type Config } from '#kernel'
import { apiAlerts, apiCalls, apiDialing, apiIdempotency, apiObjects, apiRecordings } from './api-backend.ts'
import { apiBackups } from './api-backups.ts'
import { apiKeys } from './api-keys.ts'
import { apiRetention } from './api-retention.ts'
import type { CallReceipts } from './call-receipts.ts'
import type { Base, Memory } from './gateway-parts.ts'
import type { Alerts } from './open-alerts.ts'
import type { Backups } from './open-backups.ts'
import type { Keeping } from './open-keeping.ts'
import type { Objects } from './open-objects.ts'
import type { Signing } from './open-signing.ts'

/** Where operators and apps steer it. */
export async function openApi(
  { clock, random, log, metrics, stack }: Base,
  { keys, database, audit, callRows, recordingRows }: Memory,
  {
    calls,
    guard,
    apps,
    objects,
    backups,
    keeping,
    receipts,
    alerts,
    signing,
    signAs,
  }: {
    calls: Calls
    guard: DialGuard
    apps: Config['apps']
    objects: Objects
    backups: Backups
    keeping: Keeping
    receipts: CallReceipts
    alerts: Alerts
    signing: Signing
    signAs: string
  },
  config: NonNullable<Config['api']>,
) {
  const tokens = openTokens({
    store: tokenStore(database),
    pepper: new Secret(keys.hmacKey(systemTenant, 'api tokens')),
    clock,
    random,
  })
  return stack.use(
    await startApi({
      config,
      clock,
      random,
      log,
      key: new Secret(keys.hmacKey(systemTenant, 'api cursors')),
      tokens,
      calls: apiCalls({ ...keeping, calls, rows: callRows, audit, receipts }),
      recordings: apiRecordings({ rows: recordingRows, keys, objects }),
      objects: apiObjects(objects),
      backups: apiBackups(backups),
      retention: apiRetention({
        ...keeping,
        signers: signing.signers,
        database,
        keys,
        objects,
        calls: callRows,
        recordings: recordingRows,
        clock,
        signAs,
      }),
      alerts: apiAlerts(alerts.store, clock),
      dialing: apiDialing(guard, apps),
      keys: apiKeys({ keys, log }),
      idempotency: apiIdempotency(idempotencyStore(database)),
      auditLog: signing.api,
      audit: (event) => audit.append(event),
      metrics: () => metrics.text(),
    }),
  )
}
