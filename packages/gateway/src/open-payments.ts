import type { Audit } from '#audit'
import { paymentStore, type CallStore, type Database, type PaymentStore } from '#db'
import type { Job } from '#jobs'
import type { Clock, Config, Log, Random, Secret, TenantId } from '#kernel'
import type { OpenTenantKeys } from '#keys'
import { openPayments, paymentProvider, type OpenPayments, type PaymentRefusal } from '#payment'
import { readClientTls, type HttpsClient, type Outbox } from '#webhook'
import type { Metrics } from './metrics.ts'
import { tellPaymentSettled } from './payment-settled.ts'
import { streamOnlyTenants } from './stream-only.ts'

export interface PaymentsPart extends AsyncDisposable {
  readonly payments: OpenPayments
  readonly rows: PaymentStore
  readonly job: Job
}

const dayMs = 24 * 60 * 60_000
const sweepTimeoutMs = 10 * 60_000

/** Payment providers of the configuration, and the payments through them. Throws when a file that they need cannot be read. */
export function openPaymentsPart(
  config: Config,
  o: {
    readonly database: Database
    readonly keys: Pick<OpenTenantKeys, 'hmacKey'>
    readonly audit: Pick<Audit, 'append'>
    readonly client: HttpsClient
    readonly readSecret: (reference: string) => Secret<string>
    readonly clock: Clock
    readonly random: Random
    readonly log: Log
    readonly metrics: Pick<Metrics, 'count'>
    readonly calls: Pick<CallStore, 'get'>
    readonly outbox: Pick<Outbox, 'enqueue'>
  },
): PaymentsPart {
  const { clock, random, log, readSecret, client: http } = o
  const rows = paymentStore(o.database)
  const { providers, outcome, keepDays } = config.payments
  const apps: ReadonlySet<string> = new Set(config.apps.map(({ id }) => id))
  const payments = openPayments({
    providers: new Map(
      providers.map((one) => {
        const certificate = one.kind === 'https' ? one.clientCertificate : undefined
        const tls = readClientTls(one.caFile, certificate)
        return [one.id, paymentProvider(one, { http, clock, tls, readSecret })]
      }),
    ),
    store: rows,
    mayPay: paymentPolicy(config),
    hmacKey: (tenant, purpose) => o.keys.hmacKey(tenant, purpose),
    audit: (event) => o.audit.append(event),
    settledLater: (row, result) =>
      tellPaymentSettled(
        { calls: o.calls, payments: rows, outbox: o.outbox, isApp: (app) => apps.has(app) },
        row,
        result,
      ),
    outcome,
    node: o.database.node,
    clock,
    random,
    log,
    count: (name, labels) => o.metrics.count(name, labels),
  })
  const job: Job = {
    name: 'payments',
    schedule: { cron: '37 3 * * *', timeZone: 'UTC' },
    timeoutMs: sweepTimeoutMs,
    retries: 5,
    run: async () => ({ deleted: await rows.prune(new Date(clock.now() - keepDays * dayMs)) }),
  }
  return { payments, rows, job, [Symbol.asyncDispose]: () => payments[Symbol.asyncDispose]() }
}

/** Who may be charged through which provider: it names its tenants, and a tenant that is tied to regions uses only what is in them. */
export function paymentPolicy(config: Config): (tenant: TenantId, provider: string) => PaymentRefusal {
  const isStreamOnly = streamOnlyTenants(config)
  const { providers, inStreamOnly } = config.payments
  return (tenant, name) => {
    const provider = providers.find(({ id }) => id === name)
    if (provider === undefined) return 'provider-unknown'
    if (provider.tenants !== undefined && !provider.tenants.includes(tenant)) return 'tenant'
    const regions = config.tenants.find(({ id }) => id === (tenant as string))?.regions
    if (regions !== undefined && (provider.region === undefined || !regions.includes(provider.region)))
      return 'region'
    return isStreamOnly(tenant) && !inStreamOnly.includes(tenant) ? 'stream-only' : undefined
  }
}
