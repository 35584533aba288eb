import { randomBytes } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, paymentStore, type Database, type PaymentStore } from '#db'
import { parseConfig, Secret, silentLog, systemClock, type CallId, type Config, type TenantId } from '#kernel'
import { openPayments, paymentProvider, type OpenPayments, type PayRequest } from '#payment'
import { egressGuard, httpsClient } from '#webhook'

/** Where a process that is to be killed keeps its payments, and whom it pays through. */
export interface PayKillPlace {
  readonly dir: string
  readonly origin: string
  readonly caFile: string
  readonly secret: string
}

export interface PayKillParts extends AsyncDisposable {
  readonly database: Database
  readonly store: PaymentStore
  readonly payments: OpenPayments
  /** The same payment each time for the same number. */
  request(method: PayRequest['method'], nth: number): PayRequest
}

export const tenant = 'acme' as TenantId
export const call = 'call_00000000000000000000000000000001' as CallId

/** Payments on an embedded database, as the gateway puts them together. */
export async function paymentsOf(place: PayKillPlace): Promise<PayKillParts> {
  await using stack = new AsyncDisposableStack()
  const turned = (text: string) => Buffer.from(Buffer.from(text).toReversed()).toString('hex')
  const database = stack.use(
    await openDatabase({
      dir: place.dir,
      log: silentLog,
      seal: {
        seal: (_, text) => turned(text),
        open: (_, text) => Buffer.from(Buffer.from(text, 'hex').toReversed()).toString(),
      },
    }),
  )
  const http = stack.use(
    httpsClient({ guard: egressGuard({ allowPrivate: ['127.0.0.0/8', '::1/128'] }), clock: systemClock }),
  )
  const config = configOf(place)
  const [section] = config.payments.providers
  if (section === undefined) throw new TypeError('the configuration names a provider')
  const provider = paymentProvider(section, {
    http,
    clock: systemClock,
    tls: { ca: readFileSync(place.caFile, 'utf8') },
    readSecret: () => new Secret(place.secret),
  })
  const store = paymentStore(database)
  const payments = stack.use(
    openPayments({
      providers: new Map([['cards', provider]]),
      store,
      mayPay: () => undefined,
      hmacKey: () => new Uint8Array(32).fill(7),
      audit: async (event) => appendFileSync(join(place.dir, 'audit.jsonl'), `${JSON.stringify(event)}\n`),
      settledLater: async () => {},
      outcome: config.payments.outcome,
      node: database.node,
      clock: systemClock,
      random: { bytes: (count) => new Uint8Array(randomBytes(count)) },
      log: silentLog,
      count: () => {},
    }),
  )
  const owned = stack.move()
  const charge = { amountMinor: 4_990, currency: 'EUR', description: 'Order 7' }
  return {
    database,
    store,
    payments,
    request: (method, nth) => ({
      tenant,
      call,
      idempotencyKey: `call-1 pay ${nth}`,
      method,
      charge,
      reference: 'order-7',
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function configOf({ origin }: PayKillPlace): Config {
  const provider = {
    id: 'cards',
    kind: 'https',
    url: `${origin}/payments`,
    template: '{"pan":"{{card.number}}","cvv":"{{card.code}}","amount":{"value":{{amount.minor}}}}',
    idempotencyHeader: 'X-Request-Key',
    signing: { secret: 'env:X' },
    answer: {
      outcomeAt: '/result',
      succeeded: ['approved'],
      declined: ['refused'],
      paymentIdAt: '/payment/id',
    },
    lookup: { url: `${origin}/lookup/{{key}}` },
  }
  const sip = { listen: [{ tls: { certFile: 'x', keyFile: 'x' } }] }
  const payments = { providers: [provider], outcome: { firstDelayMs: 200 } }
  return parseConfig(JSON.stringify({ dataDir: 'x', sip, payments }), 'test')
}
