import { outboxStore, type Database } from '#db'
import type { AppId, Clock, Config, Log, Random, Secret, TenantId } from '#kernel'
import {
  openWebhookApp,
  postSigned,
  startOutbox,
  volatileOutboxStore,
  type Delivery,
  type HttpsClient,
  type Outbox,
  type OutboxStore,
} from '#webhook'
import { streamOnlyTenants } from './stream-only.ts'

export interface OutboxParts {
  readonly database: Database
  readonly client: HttpsClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly readSecret: (reference: string) => Secret<string>
}

export interface OpenedOutbox extends AsyncDisposable {
  readonly outbox: Outbox
  /** Takes attempts at an app's webhooks for the delivery log. */
  readonly logDelivery: (app: AppId) => (delivery: Delivery) => void
}

/** Of a stream-only tenant's apps: what waits in memory, while such an app cannot be reached. */
const maxVolatileEvents = 10_000

/** An app of another dialect would not understand events in our own form: it gets them where it names an address for them. */
function appsThatHearUs({ apps }: Config): ReadonlySet<AppId> {
  const hearing = apps.filter(
    ({ dialect, webhook }) => dialect === 'voxkeep' || webhook.eventsUrl !== undefined,
  )
  return new Set(hearing.map(({ id }) => id as AppId))
}

/** Events on their way to apps: on disk, sealed, until the app has them; those of stream-only tenants in memory alone. */
export function openOutbox(config: Config, parts: OutboxParts): OpenedOutbox {
  const { clock, random, log, client } = parts
  const isStreamOnly = streamOnlyTenants(config)
  const tenants = new Map(config.apps.map((app) => [app.id as AppId, app.tenant as TenantId]))
  const tenantOf = (app: AppId) => tenants.get(app) ?? ('default' as TenantId)
  const apps = new Map(config.apps.map((app) => [app.id as AppId, openWebhookApp(app, parts.readSecret)]))
  const start = (store: OutboxStore) =>
    startOutbox({
      store,
      clock,
      random,
      log,
      apps,
      post: (post, signal) => postSigned({ client, clock }, post, signal),
      exchange: (request, signal) => client.exchange(request, signal),
    })
  const hearUs = appsThatHearUs(config)
  const events = outboxStore(parts.database, tenantOf)
  const [durable, volatile] = [start(events), start(volatileOutboxStore(maxVolatileEvents))]
  return {
    outbox: {
      enqueue: async (event, app) => {
        if (event.to === undefined && !hearUs.has(app)) return event.id
        return (isStreamOnly(tenantOf(app)) ? volatile : durable).enqueue(event, app)
      },
      send: (event, request, app) =>
        (isStreamOnly(tenantOf(app)) ? volatile : durable).send(event, request, app),
      redeliver: async (id) => (await durable.redeliver(id)) || (await volatile.redeliver(id)),
      idle: async () => void (await Promise.all([durable.idle(), volatile.idle()])),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    logDelivery: (app) => (delivery) => {
      if (isStreamOnly(tenantOf(app))) return
      events
        .addDelivery(tenantOf(app), delivery)
        .catch((error: unknown) => log.warn('a delivery could not be logged', { error }))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([durable[Symbol.asyncDispose](), volatile[Symbol.asyncDispose]()])
    },
  }
}
