import { openTokens } from '#access'
import { startApi, type ApiLive } from '#api'
import type { Calls } from '#call'
import { idempotencyStore, tokenStore } from '#db'
import type { DialGuard } from '#dialing'
import { Secret, systemTenant, type Config } from '#kernel'
import { apiAlerts, apiCalls, apiDialing, apiIdempotency, apiObjects, apiRecordings } from './api-backend.ts'
import { apiBackups } from './api-backups.ts'
import { apiRedactions } from './api-redactions.ts'
import { apiKeys } from './api-keys.ts'
import { apiRetention } from './api-retention.ts'
import type { CallReceipts } from './call-receipts.ts'
import type { Base, Memory } from './gateway-parts.ts'
import type { Alerts } from './open-alerts.ts'
import type { Backups } from './open-backups.ts'
import type { Consents } from './open-consent.ts'
import type { Keeping } from './open-keeping.ts'
import type { Objects } from './open-objects.ts'
import type { Redactor } from './open-redaction.ts'
import type { PaymentsPart } from './open-payments.ts'
import type { Signing } from './open-signing.ts'
import type { TokenVaultPart } from './open-token-vault.ts'
import type { Engines } from './open-speech.ts'
import type { Verifiers } from './open-verifiers.ts'
import type { Voices } from './open-voices.ts'
import type { Transcripts } from './open-transcripts.ts'
import { apiTwilio } from './twilio-rest.ts'

/** Where operators and apps steer it. */
export async function openApi(
  { clock, random, log, metrics, stack }: Base,
  { keys, database, audit, callRows, legRows, recordingRows }: Memory,
  {
    calls,
    live,
    guard,
    apps,
    objects,
    backups,
    keeping,
    redactor,
    receipts,
    consents,
    vault,
    paying,
    transcripts,
    alerts,
    signing,
    engines,
    voices,
    verifiers,
    signAs,
  }: {
    calls: Calls
    live: ApiLive
    guard: DialGuard
    apps: Config['apps']
    objects: Objects
    backups: Backups
    keeping: Keeping
    redactor: Redactor
    receipts: CallReceipts
    consents: Consents
    vault: TokenVaultPart
    paying: PaymentsPart
    transcripts: Transcripts
    alerts: Alerts
    signing: Signing
    engines: Pick<Engines, 'api'>
    voices: Pick<Voices, 'api'>
    verifiers: Pick<Verifiers, 'api'>
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
      live,
      calls: apiCalls({ ...keeping, calls, rows: callRows, legs: legRows, audit, receipts }),
      recordings: apiRecordings({ rows: recordingRows, marks: redactor.rows, keys, objects }),
      redactions: apiRedactions({ redactor, audit }),
      transcripts: { ofCall: transcripts.rows.ofCall, read: transcripts.read },
      objects: apiObjects(objects),
      backups: apiBackups(backups),
      retention: apiRetention({
        ...keeping,
        vault,
        paying,
        signers: signing.signers,
        database,
        keys,
        objects,
        calls: callRows,
        recordings: recordingRows,
        transcripts,
        clock,
        signAs,
      }),
      alerts: apiAlerts(alerts.store, clock),
      consents: consents.api,
      speech: engines.api,
      voices: voices.api,
      verifiers: verifiers.api,
      vault: vault.tokens,
      payments: {
        list: ({ tenant, limit, before, filter }) => paying.rows.list(tenant, { limit, before, ...filter }),
        get: (tenant, id) => paying.rows.get(tenant, id),
      },
      dialing: apiDialing(guard, apps),
      twilio: apiTwilio(apps),
      keys: apiKeys({ keys, log }),
      idempotency: apiIdempotency(idempotencyStore(database)),
      auditLog: signing.api,
      audit: (event) => audit.append(event),
      metrics: () => metrics.text(),
    }),
  )
}
