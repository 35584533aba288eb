import { availableParallelism } from 'node:os'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { startCalls, type Calls, type CallWords, type PlaceCall } from '#call'
import { consentStore, dialUsageStore } from '#db'
import { openDialing, type DialGuard } from '#dialing'
import { listenSip, type SipEdge } from '#edge/sip'
import { Secret, systemClock, systemTenant, type AppId, type Config, type Log, type Random } from '#kernel'
import { startMediaPlane, type MediaPlane } from '#media'
import { egressGuard, httpsClient } from '#webhook'
import { openApp } from './open-app.ts'
import { openCallKeep } from './call-keep.ts'
import type { CallReceipts } from './call-receipts.ts'
import { tellDialAlert } from './dial-alert.ts'
import { edgeAlarms } from './edge-alarms.ts'
import { fetchOcsp } from './fetch-ocsp.ts'
import { apiLive } from './api-live.ts'
import { ladders, type Ladders } from './ladders.ts'
import { liveFeed, type LiveFeed } from './live-feed.ts'
import { liveLevels } from './live-levels.ts'
import type { Apps, Base, Memory } from './gateway-parts.ts'
import { alsoKept } from './also-kept.ts'
import { openApi } from './open-api.ts'
import { openMemory } from './open-memory.ts'
import { openMetrics, type Metrics } from './metrics.ts'
import { openAgents } from './open-agents.ts'
import { openBackups } from './open-backups.ts'
import { openConsent, type Consents } from './open-consent.ts'
import { openSpeech } from './open-speech.ts'
import { openTexts } from './open-texts.ts'
import { openVerifiers, type Verifiers } from './open-verifiers.ts'
import { openVoices, type Voices } from './open-voices.ts'
import { openReceipts } from './open-receipts.ts'
import { openPrivacy } from './open-privacy.ts'
import { openObjects, type Objects } from './open-objects.ts'
import { openRedaction } from './open-redaction.ts'
import { auditSecrets, openSecretBook } from './open-secret-book.ts'
import { openKeeping, type Keeping } from './open-keeping.ts'
import { openOutbox } from './open-outbox.ts'
import { openPaymentsPart, type PaymentsPart } from './open-payments.ts'
import { openSigning } from './open-signing.ts'
import { openStir } from './open-stir.ts'
import { openTokens, type TokenVaultPart } from './open-token-vault.ts'
import { openTranscripts } from './open-transcripts.ts'
import { reachableTrunks, regionGuard, residency } from './residency.ts'
import { streamOnlyKeep } from './stream-only.ts'
import { openWatching } from './open-watching.ts'
import { crashCallbacks } from './crash-callbacks.ts'
import { settleCrash } from './settle-crash.ts'
import { shredder } from './shred-recordings.ts'
import { trunkFacts } from './trunk-facts.ts'
import { sipGauges } from './sip-gauges.ts'
import { startUpkeep } from './upkeep.ts'

export interface Gateway extends AsyncDisposable {
  readonly sipPorts: readonly number[]
  readonly apiPort: number | undefined
  /** Resolves, with why, when the gateway cannot go on: its database is gone, so nothing could be audited any more. */
  readonly lost: Promise<Error>
  /** Reads every secret again; never rejects. */
  reload(): Promise<void>
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
  const metrics = openMetrics()
  const count = (name: string) => metrics.count(name)
  const secrets = stack.use(await openSecretBook(config, { clock: systemClock, log, count }))
  const readSecret = (reference: string) => secrets.read(reference)
  const base = {
    config,
    log,
    clock: systemClock,
    random: systemRandom,
    metrics,
    readSecret,
    stack,
  }
  const memory = await openMemory(base)
  stack.defer(auditSecrets(secrets, { audit: memory.audit, log }))
  const apps = openApps(base, memory)
  const engines = stack.use(openSpeech({ ...base, ...memory, ...apps }))
  const voices = stack.use(openVoices({ ...base, ...memory, ...apps }))
  const verifiers = stack.use(openVerifiers({ ...base, ...memory, ...apps }))
  const alerts = openWatching({ ...base, ...memory, ...apps })
  const objects = await openKept(base, memory)
  const signing = stack.use(await openSigning(config, { ...base, ...memory, ...apps, ...objects }))
  const rows = { calls: memory.callRows, recordings: memory.recordingRows }
  const callbacks = crashCallbacks(config, systemClock)
  await settleCrash({ ...base, ...memory, ...rows, ...apps, spool: objects.spool, callbacks })
  objects.mover.poke()
  const vault = openTokens(config, { ...base, ...memory })
  const paying = stack.use(openPaymentsPart(config, { ...base, ...memory, ...apps, calls: rows.calls }))
  const keeping = stack.use(
    openKeeping(config, {
      ...base,
      ...memory,
      objects,
      recordings: rows.recordings,
      also: alsoKept({ ...vault, payments: paying.rows, consents: consentStore(memory.database) }),
      jobs: [vault.job, paying.job],
    }),
  )
  const media = await startMedia(base)
  const guard = await openGuard(base, memory, apps)
  const edge: { sip?: SipEdge } = {}
  const place: PlaceCall = (call, events) => {
    if (edge.sip === undefined) throw new TypeError('calls are placed once the edge is open')
    return edge.sip.place(call, events)
  }
  const ladder = ladders()
  const feed = liveFeed(systemClock)
  const receipts = openReceipts({ ...base, ...memory, calls: memory.callRows, signing })
  const consents = openConsent(config, { ...base, ...memory, ...keeping })
  const transcripts = await openTranscripts(config, { ...base, ...memory, ...keeping, objects })
  const redactor = stack.use(
    openRedaction({
      ...base,
      ...memory,
      ...keeping,
      objects,
      recordings: rows.recordings,
      node: config.node.name,
    }),
  )
  const words = openPrivacy(config, { ...base, ...memory, ...apps, engines, transcripts, redactor })
  const calls = startDeciding(base, memory, apps, {
    media,
    guard,
    ladder,
    feed,
    place,
    objects,
    keeping,
    receipts,
    consents,
    words,
    voices,
    verifiers,
    vault,
    paying,
  })
  edge.sip = await openEdge(base, memory, apps, { calls, ladder })
  stack.defer(() => calls.drain())
  const backups = stack.use(await openBackups(config, { ...base, ...memory, objects }))
  const api =
    config.api &&
    (await openApi(
      base,
      memory,
      {
        calls,
        live: apiLive({
          calls,
          feed,
          ladders: ladder,
          media,
          levels: liveLevels({ clock: systemClock, calls, media }),
        }),
        guard,
        objects,
        backups,
        keeping,
        redactor,
        receipts,
        consents,
        engines,
        voices,
        verifiers,
        transcripts,
        vault,
        paying,
        signing,
        alerts,
        apps: config.apps,
        signAs: `${config.audit.deployment ?? config.node.name}/exports`,
      },
      config.api,
    ))
  const maintain = async () => {
    await consents.prune()
    await memory.database.maintain()
  }
  stack.use(startUpkeep({ clock: base.clock, log, maintain }))

  const owned = stack.move()
  return {
    sipPorts: edge.sip.ports,
    apiPort: api?.port,
    lost: memory.database.lost,
    reload: () => secrets.refresh(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What keeps sealed objects. */
async function openKept(base: Base, memory: Memory): Promise<Objects> {
  const { config, stack } = base
  return stack.use(await openObjects(config, { ...base, ...memory, recordings: memory.recordingRows }))
}

/** What speaks to apps. */
function openApps({ config, log, clock, random, readSecret, stack }: Base, { database }: Memory): Apps {
  const egress = egressGuard(config.egress)
  const client = stack.use(httpsClient({ guard: egress, clock }))
  const { outbox, logDelivery } = stack.use(
    openOutbox(config, { database, client, clock, random, log, readSecret }),
  )
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
    apps: config.apps.map((app) => reachableTrunks(app, residency(config))),
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
  { config, log, clock, random, metrics, readSecret, stack }: Base,
  { keys, audit, callRows, legRows, recordingRows }: Memory,
  { egress, client, outbox, logDelivery }: Apps,
  o: {
    media: MediaPlane
    guard: DialGuard
    ladder: Ladders
    feed: LiveFeed
    place: PlaceCall
    objects: Objects
    keeping: Keeping
    receipts: CallReceipts
    consents: Consents
    words: CallWords
    voices: Voices
    verifiers: Verifiers
    vault: TokenVaultPart
    paying: PaymentsPart
  },
): Calls {
  const count: Metrics['count'] = (name, labels) => metrics.count(name, labels)
  const originKey = new Secret(keys.hmacKey(systemTenant, 'identity origins'))
  const stir = stack.use(openStir(config, { clock, client, originKey, readSecret, count }))
  const appOf = (app: Config['apps'][number]) =>
    openApp(app, {
      clock,
      random,
      log,
      count,
      client,
      guard: egress,
      outbox,
      readSecret,
      onDelivery: logDelivery(app.id as AppId),
      checkRegion: regionGuard(config, app),
    })
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
    awayFrom: residency(config),
    consent: o.consents.rules,
    words: o.words,
    voices: o.voices.calls,
    verifiers: o.verifiers.calls,
    openText: openTexts({ clock, random }),
    agents: openAgents({ config, egress, readSecret }),
    tokens: o.vault.tokens,
    payments: o.paying.payments,
    keep: o.feed.watched(
      streamOnlyKeep(
        openCallKeep({
          clock,
          log,
          calls: callRows,
          legs: legRows,
          recordings: recordingRows,
          audit,
          keys,
          spool: o.objects.spool,
          node: config.node.name,
          onSealed: () => o.objects.mover.poke(),
          receipts: o.receipts,
          fsyncMs: config.vault.recordings.fsyncMs,
          ladder: (legs) => o.ladder.take(legs),
          columns: o.keeping.retention.columns,
          relabel: o.keeping.retention.relabel,
          party: o.keeping.retention.party,
          consent: (record) => o.consents.keep(record),
          shredRecordings: shredder({
            keys,
            audit,
            recordings: recordingRows,
            objects: o.objects,
            retention: o.keeping.retention,
          }),
        }),
        o.keeping.isStreamOnly,
        o.keeping.live,
      ),
    ),
    count,
  })
  metrics.gauge('calls_active', 'calls that are not ended', () => calls.active)
  return calls
}

/** Where calls come in and go out. */
async function openEdge(
  { config, clock, random, log, metrics, readSecret, stack }: Base,
  { audit }: Memory,
  { egress, client }: Apps,
  { calls, ladder }: { calls: Calls; ladder: Ladders },
): Promise<SipEdge> {
  const alarms = stack.use(edgeAlarms({ clock, audit, log, trunks: config.trunks }))
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
      ...alarms,
    }),
  )
  sipGauges(metrics, sip, { clock, trunks: config.trunks })
  return sip
}
