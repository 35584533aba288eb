import { join } from 'node:path'
import { availableParallelism } from 'node:os'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { openTokens } from '#access'
import { startApi } from '#api'
import { openAudit, type Audit } from '#audit'
import { startCalls, type Calls, type PlaceCall } from '#call'
import {
  auditStore,
  callStore,
  dialUsageStore,
  idempotencyStore,
  openDatabase,
  outboxStore,
  recordingStore,
  tokenStore,
  type CallStore,
  type Database,
  type RecordingStore,
} from '#db'
import { openDialing, type DialGuard } from '#dialing'
import { listenSip, type SipEdge } from '#edge/sip'
import {
  readSecret,
  Secret,
  systemClock,
  type AppId,
  type Clock,
  type Config,
  type Log,
  type Random,
  type TenantId,
} from '#kernel'
import { startMediaPlane, type MediaPlane } from '#media'
import { openKeyring, type KeyProvider } from '#vault'
import {
  egressGuard,
  httpsClient,
  openWebhookApp,
  postSigned,
  startOutbox,
  type Delivery,
  type EgressGuard,
  type HttpsClient,
  type Outbox,
} from '#webhook'
import { apiCalls, apiDialing, apiIdempotency, apiRecordings } from './api-backend.ts'
import { openCallApp } from './call-app.ts'
import { openCallKeep } from './call-keep.ts'
import { tellDialAlert } from './dial-alert.ts'
import { edgeAlarms } from './edge-alarms.ts'
import { fetchOcsp } from './fetch-ocsp.ts'
import { ladders, type Ladders } from './ladders.ts'
import { openMetrics, type Metrics } from './metrics.ts'
import { openStir } from './open-stir.ts'
import { settleCrash } from './settle-crash.ts'
import { trunkFacts } from './trunk-facts.ts'
import { sipGauges } from './sip-gauges.ts'
import { startUpkeep } from './upkeep.ts'

export interface Gateway extends AsyncDisposable {
  readonly sipPorts: readonly number[]
  readonly apiPort: number | undefined
  /** Resolves, with why, when the gateway cannot go on: its database is gone, so nothing could be audited any more. */
  readonly lost: Promise<Error>
}

/** What every part is given. */
interface Base {
  readonly config: Config
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
  readonly metrics: Metrics
  /** Unwinds in reverse when the gateway ends, or cannot start. */
  readonly stack: AsyncDisposableStack
}

/** Caller, agent, and whom the agent consults. */
const maxLegsEach = 3

const systemRandom: Random = { bytes: nodeRandomBytes }

/**
 * Starts everything, in the order in which the parts need each other; this is the table of contents. Disposing ends the
 * calls in good order, then unwinds in reverse. Rejects, with nothing left running, when a part cannot start.
 */
export async function startGateway(config: Config, log: Log): Promise<Gateway> {
  await using stack = new AsyncDisposableStack()
  const base = { config, log, clock: systemClock, random: systemRandom, metrics: openMetrics(), stack }
  const memory = await openMemory(base)
  const apps = openApps(base, memory)
  await settleCrash({ ...base, ...memory, calls: memory.callRows, recordings: memory.recordingRows, ...apps })
  const media = await startMedia(base)
  const guard = await openGuard(base, memory, apps)
  const edge: { sip?: SipEdge } = {}
  const place: PlaceCall = (call, events) => {
    if (edge.sip === undefined) throw new TypeError('calls are placed once the edge is open')
    return edge.sip.place(call, events)
  }
  const ladder = ladders()
  const calls = startDeciding(base, memory, apps, { media, guard, ladder, place })
  edge.sip = await openEdge(base, memory, apps, { calls, ladder })
  stack.defer(() => calls.drain())
  const api = config.api && (await openApi(base, memory, { calls, guard, apps: config.apps }, config.api))
  stack.use(startUpkeep({ clock: base.clock, log, maintain: () => memory.database.maintain() }))

  const owned = stack.move()
  return {
    sipPorts: edge.sip.ports,
    apiPort: api?.port,
    lost: memory.database.lost,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

interface Memory {
  readonly keys: KeyProvider
  readonly database: Database
  readonly audit: Audit
  readonly callRows: CallStore
  readonly recordingRows: RecordingStore
}

/** What remembers: keys first, for nothing personal is stored without them; then the database; then the audit log. */
async function openMemory({ config, log, clock, random, stack }: Base): Promise<Memory> {
  const keys = await openKeyring(config.vault.keyringFile ?? join(config.dataDir, 'keyring.json'), {
    passphrase: config.vault.passphrase === undefined ? undefined : readSecret(config.vault.passphrase),
    random,
  })
  const database = stack.use(await openDatabase({ dir: config.dataDir, log, seal: keys.fieldSeal() }))
  const numberKey = new Secret(keys.hmacKey('audit numbers'))
  const audit = await openAudit({ store: auditStore(database), clock, log, numberKey })
  stack.defer(() => audit.settled())
  const callRows = callStore(database)
  stack.defer(() => callRows.settled())
  return { keys, database, audit, callRows, recordingRows: recordingStore(database, clock) }
}

interface Apps {
  readonly egress: EgressGuard
  readonly client: HttpsClient
  readonly outbox: Outbox
  /** Takes attempts at an app's webhooks for the delivery log. */
  readonly logDelivery: (app: AppId) => (delivery: Delivery) => void
}

/** What speaks to apps. */
function openApps({ config, log, clock, random, stack }: Base, { database }: Memory): Apps {
  const egress = egressGuard({ allowPrivate: config.egress.allowPrivate })
  const client = stack.use(httpsClient({ guard: egress, clock }))
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
  const logDelivery = (app: AppId) => (delivery: Delivery) =>
    void events
      .addDelivery(tenantOf(app), delivery)
      .catch((error: unknown) => log.warn('a delivery could not be logged', { error }))
  return { egress, client, outbox, logDelivery }
}

/** What carries audio. */
async function startMedia({ config, log, clock, metrics, stack }: Base): Promise<MediaPlane> {
  return stack.use(
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
}

/** What says whom the apps may call. */
async function openGuard(base: Base, { database, audit }: Memory, { outbox }: Apps): Promise<DialGuard> {
  const { config, clock, random, log, metrics, stack } = base
  const guard = await openDialing({
    clock,
    random,
    log,
    apps: config.apps,
    tenants: config.tenants,
    maxCallMs: config.calls.maxDurationMs,
    store: dialUsageStore(database),
    audit: (event) => audit.append(event),
    alert: tellDialAlert({ clock, random, log, outbox }),
    count: (name, labels) => metrics.count(name, labels),
  })
  stack.defer(() => guard.settled())
  return guard
}

/** What decides: the calls. */
function startDeciding(
  { config, log, clock, random, metrics, stack }: Base,
  { keys, audit, callRows, recordingRows }: Memory,
  { egress, client, outbox, logDelivery }: Apps,
  o: { media: MediaPlane; guard: DialGuard; ladder: Ladders; place: PlaceCall },
): Calls {
  const count: Metrics['count'] = (name, labels) => metrics.count(name, labels)
  const originKey = new Secret(keys.hmacKey('identity origins'))
  const stir = stack.use(openStir(config, { clock, client, originKey, count }))
  const appOf = (app: Config['apps'][number]) =>
    openCallApp(app, { clock, client, guard: egress, outbox, onDelivery: logDelivery(app.id as AppId) })
  const calls = startCalls({
    clock,
    random,
    log,
    limits: config.calls,
    advertisedAddress: config.media.advertisedAddress,
    media: o.media,
    apps: new Map(config.apps.map((app) => [app.id as AppId, appOf(app)])),
    trunk: trunkFacts(config.trunks),
    place: o.place,
    dialing: o.guard,
    verifyIdentity: stir.verifyIdentity,
    signIdentity: stir.signIdentity,
    keep: openCallKeep({
      clock,
      log,
      calls: callRows,
      recordings: recordingRows,
      audit,
      keys,
      dataDir: config.dataDir,
      fsyncMs: config.vault.recordings.fsyncMs,
      ladder: (legs) => o.ladder.take(legs),
    }),
    count,
  })
  metrics.gauge('calls_active', 'calls that are not ended', () => calls.active)
  return calls
}

/** Where calls come in and go out. */
async function openEdge(
  { config, clock, random, log, metrics, stack }: Base,
  { audit }: Memory,
  { egress, client }: Apps,
  { calls, ladder }: { calls: Calls; ladder: Ladders },
): Promise<SipEdge> {
  const sip = stack.use(
    await listenSip({
      config: config.sip,
      trunks: config.trunks,
      readSecret,
      accepting: () => calls.accepting,
      maxCalls: config.calls.maxConcurrent * maxLegsEach,
      handle: calls.handle,
      clock,
      random,
      log,
      count: (name, labels) => metrics.count(`sip_${name}`, labels),
      ladder: (leg, entry) => ladder.add(leg, entry),
      fetchOcsp: fetchOcsp({ clock, guard: egress, client }),
      ...edgeAlarms({ audit, log, trunks: config.trunks }),
    }),
  )
  sipGauges(metrics, sip, { clock, trunks: config.trunks })
  return sip
}

/** Where operators and apps steer it. */
async function openApi(
  { clock, random, log, metrics, stack }: Base,
  { keys, database, audit, callRows, recordingRows }: Memory,
  { calls, guard, apps }: { calls: Calls; guard: DialGuard; apps: Config['apps'] },
  config: NonNullable<Config['api']>,
) {
  const tokens = openTokens({
    store: tokenStore(database),
    pepper: new Secret(keys.hmacKey('api tokens')),
    clock,
    random,
  })
  return stack.use(
    await startApi({
      config,
      clock,
      random,
      log,
      key: new Secret(keys.hmacKey('api cursors')),
      tokens,
      calls: apiCalls({ calls, rows: callRows, audit }),
      recordings: apiRecordings({ rows: recordingRows, keys }),
      dialing: apiDialing(guard, apps),
      idempotency: apiIdempotency(idempotencyStore(database)),
      audit: (event) => audit.append(event),
      metrics: () => metrics.text(),
    }),
  )
}
