import { join } from 'node:path'
import { availableParallelism } from 'node:os'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { openTokens } from '#access'
import { startApi } from '#api'
import { openAudit } from '#audit'
import { startCalls } from '#call'
import {
  auditStore,
  callStore,
  idempotencyStore,
  openDatabase,
  outboxStore,
  recordingStore,
  tokenStore,
} from '#db'
import { listenSip } from '#edge/sip'
import {
  readSecret,
  Secret,
  systemClock,
  type AppId,
  type Config,
  type Log,
  type Random,
  type TenantId,
} from '#kernel'
import { startMediaPlane } from '#media'
import { openKeyring } from '#vault'
import { egressGuard, httpsClient, openWebhookApp, postSigned, startOutbox, type Delivery } from '#webhook'
import { apiCalls, apiIdempotency, apiRecordings } from './api-backend.ts'
import { openCallApp } from './call-app.ts'
import { openCallKeep } from './call-keep.ts'
import { ladders } from './ladders.ts'
import { openMetrics } from './metrics.ts'
import { settleCrash } from './settle-crash.ts'
import { startUpkeep } from './upkeep.ts'

export interface Gateway extends AsyncDisposable {
  readonly sipPorts: readonly number[]
  readonly apiPort: number | undefined
  /** Resolves, with why, when the gateway cannot go on: its database is gone, so nothing could be audited any more. */
  readonly lost: Promise<Error>
}

const systemRandom: Random = { bytes: nodeRandomBytes }

/**
 * Starts everything, in the order in which the parts need each other; this is the table of contents. Disposing ends the
 * calls in good order, then unwinds in reverse. Rejects, with nothing left running, when a part cannot start.
 */
export async function startGateway(config: Config, log: Log): Promise<Gateway> {
  const clock = systemClock
  const random = systemRandom
  const metrics = openMetrics()
  await using stack = new AsyncDisposableStack()

  // What remembers: keys first, for nothing personal is stored without them; then the database; then the audit log.
  const keys = await openKeyring(config.vault.keyringFile ?? join(config.dataDir, 'keyring.json'), {
    passphrase: config.vault.passphrase === undefined ? undefined : readSecret(config.vault.passphrase),
    random,
  })
  const database = stack.use(await openDatabase({ dir: config.dataDir, log, seal: keys.fieldSeal() }))
  const audit = await openAudit({
    store: auditStore(database),
    clock,
    log,
    numberKey: new Secret(keys.hmacKey('audit numbers')),
  })
  stack.defer(() => audit.settled())
  const callRows = callStore(database)
  stack.defer(() => callRows.settled())
  const recordingRows = recordingStore(database, clock)

  // What speaks to apps.
  const guard = egressGuard({ allowPrivate: config.egress.allowPrivate })
  const client = stack.use(httpsClient({ guard, clock }))
  const tenants = new Map(config.apps.map((app) => [app.id as AppId, app.tenant as TenantId]))
  const tenantOf = (app: AppId) => tenants.get(app) ?? ('default' as TenantId)
  const events = outboxStore(database, tenantOf)
  const outbox = stack.use(
    startOutbox({
      store: events,
      clock,
      random,
      log,
      apps: new Map(config.apps.map((app) => [app.id as AppId, openWebhookApp(app)])),
      post: (post, signal) => postSigned({ client, clock }, post, signal),
    }),
  )
  await settleCrash({
    clock,
    random,
    log,
    keys,
    calls: callRows,
    recordings: recordingRows,
    audit,
    outbox,
    metrics,
  })
  const logDelivery = (app: AppId) => (delivery: Delivery) =>
    void events
      .addDelivery(tenantOf(app), delivery)
      .catch((error: unknown) => log.warn('a delivery could not be logged', { error }))

  // What carries audio, and what decides.
  const media = stack.use(
    await startMediaPlane({
      config: config.media,
      workers: config.media.workers ?? Math.max(1, availableParallelism() - 1),
      clock,
      log,
      workerFile: new URL('./media-worker.ts', import.meta.url),
      onEvent: (event) => {
        if (event.kind !== 'metrics') return
        for (const [name, value] of Object.entries(event.counters)) metrics.count(`media_${name}`, {}, value)
      },
    }),
  )
  const ladder = ladders()
  const keep = openCallKeep({
    clock,
    log,
    calls: callRows,
    recordings: recordingRows,
    audit,
    keys,
    dataDir: config.dataDir,
    fsyncMs: config.vault.recordings.fsyncMs,
    ladder: (leg) => ladder.take(leg),
  })
  const calls = startCalls({
    clock,
    random,
    log,
    limits: config.calls,
    advertisedAddress: config.media.advertisedAddress,
    media,
    apps: new Map(
      config.apps.map((app) => [
        app.id as AppId,
        openCallApp(app, { clock, client, guard, outbox, onDelivery: logDelivery(app.id as AppId) }),
      ]),
    ),
    keep,
    count: (name, labels) => metrics.count(name, labels),
  })
  metrics.gauge('calls_active', 'calls that are not ended', () => calls.active)

  // Where the world enters.
  const sip = stack.use(
    await listenSip({
      config: config.sip,
      trunks: config.trunks,
      readSecret,
      accepting: () => calls.accepting,
      maxCalls: config.calls.maxConcurrent,
      handle: calls.handle,
      clock,
      random,
      log,
      count: (name, labels) => metrics.count(`sip_${name}`, labels),
      ladder: (leg, entry) => ladder.add(leg, entry),
    }),
  )
  stack.defer(() => calls.drain())
  const tokens = openTokens({
    store: tokenStore(database),
    pepper: new Secret(keys.hmacKey('api tokens')),
    clock,
    random,
  })
  const api =
    config.api &&
    stack.use(
      await startApi({
        config: config.api,
        clock,
        random,
        log,
        key: new Secret(keys.hmacKey('api cursors')),
        tokens,
        calls: apiCalls({ calls, rows: callRows, audit }),
        recordings: apiRecordings({ rows: recordingRows, keys }),
        idempotency: apiIdempotency(idempotencyStore(database)),
        audit: (event) => audit.append(event),
        metrics: () => metrics.text(),
      }),
    )
  stack.use(startUpkeep({ clock, log, maintain: () => database.maintain() }))

  const owned = stack.move()
  return {
    sipPorts: sip.ports,
    apiPort: api?.port,
    lost: database.lost,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
