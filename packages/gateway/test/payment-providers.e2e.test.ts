import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  parseConfig,
  Secret,
  systemClock,
  type CallId,
  type Clock,
  type PaymentProviderConfig,
  type TenantId,
} from '#kernel'
import { paymentProvider, type PaymentProvider, type PayRequest, type PayResult } from '#payment'
import { egressGuard, httpsClient, type HttpsClient } from '#webhook'
import { startFakeAcquirer, type FakeAcquirer } from './support/fake-acquirer.ts'
import { startFakeAdyen, type FakeAdyen } from './support/fake-adyen.ts'
import { startFakeBraintree, type FakeBraintree } from './support/fake-braintree.ts'
import { startFakeStripe, type FakeStripe } from './support/fake-stripe.ts'
import type { PayFault, PayServer } from './support/pay-server.ts'

/** What the servers take for a time-out, and ours. */
const timeoutMs = 1_000
const cards = {
  good: '4242424242424242',
  declined: '4000000000000002',
  poor: '4000000000009995',
  badCode: '4000000000000127',
  screen: '4000000000003220',
}
const never = new AbortController().signal
/** Pauses between attempts are shorter than in life; time-outs are not. */
const clock: Clock = {
  ...systemClock,
  set: (delayMs, fire) => systemClock.set(delayMs === timeoutMs ? delayMs : delayMs / 50, fire),
}

interface Asked {
  readonly card?: string
  readonly code?: string
  readonly amountMinor?: number
  readonly key?: string
  readonly currency?: string
}

function request({
  card = cards.good,
  code = '737',
  amountMinor = 1_250,
  key = randomUUID(),
  currency = 'EUR',
}: Asked = {}): PayRequest {
  const digits = (text: string) => new Secret(new Uint8Array(Buffer.from(text)))
  return {
    tenant: 'acme' as TenantId,
    call: 'call_00000000000000000000000000000001' as CallId,
    idempotencyKey: key,
    method: {
      kind: 'card',
      card: {
        number: digits(card),
        expiry: { month: 3, year: 2031 },
        code: digits(code),
        postalCode: '10115',
      },
    },
    charge: { amountMinor, currency, description: 'Order "7"' },
    reference: 'order-7 {{card.number}}',
  }
}

const asked = ({ idempotencyKey, tenant }: PayRequest, agoMs = 0) => ({
  tenant,
  idempotencyKey,
  askedAt: new Date(Date.now() - agoMs),
})
const brief = (result: PayResult) =>
  result.outcome === 'declined' ? `declined ${result.reason}` : result.outcome

/** A section of the configuration, with its defaults. */
function section(own: object): PaymentProviderConfig {
  const sip = { listen: [{ tls: { certFile: 'x', keyFile: 'x' } }] }
  const payments = { providers: [{ id: 'cards', timeoutMs, ...own }] }
  const [one] = parseConfig(JSON.stringify({ dataDir: 'x', sip, payments }), 'test').payments.providers
  if (one === undefined) throw new Error('a section has a provider')
  return one
}

describe('payment providers', () => {
  const stack = new AsyncDisposableStack()
  let http: HttpsClient
  const open = (server: PayServer, own: object, secret: string, more: object = {}): PaymentProvider =>
    paymentProvider(section(own), {
      http,
      clock,
      tls: { ca: server.pki.caPem, ...more },
      readSecret: () => new Secret(secret),
    })

  before(() => {
    http = stack.use(httpsClient({ guard: egressGuard({ allowPrivate: ['127.0.0.0/8', '::1/128'] }), clock }))
  })
  after(() => stack.disposeAsync())

  /** What is the same for all of them that charge once for a key. */
  function chargesOnce(
    server: () => PayServer & { readonly charged: number },
    provider: () => PaymentProvider,
    chargePath: RegExp,
  ) {
    const failing = async (faults: readonly PayFault[]) => {
      server().faults.push(...faults.map((fault) => ({ path: chargePath, ...fault })))
      const [sent, was] = [request(), server().charged]
      const result = await provider().pay(sent, never)
      return { sent, result, charged: server().charged - was, left: server().faults.splice(0).length }
    }
    test('charges once, and says so again to who asks twice', async () => {
      const [sent, was] = [request(), server().charged]
      const first = await provider().pay(sent, never)
      assert.equal(first.outcome, 'succeeded')
      assert.deepEqual(await provider().pay(sent, never), first)
      assert.equal(server().charged - was, 1)
    })
    for (const how of ['hang', 'reset', 'status'] as const)
      for (const when of ['before', 'after'] as const)
        test(`charges once when a request ends in "${how}" ${when} it was acted on`, async () => {
          const { result, charged, left } = await failing([{ when, how }])
          assert.deepEqual([result.outcome, charged, left], ['succeeded', 1, 0])
        })
    test('says that nobody knows when no answer comes at all, though it was charged', async () => {
      const { result, charged } = await failing(
        Array.from({ length: 3 }, () => ({ when: 'after', how: 'reset' })),
      )
      assert.deepEqual([result.outcome, charged], ['unknown', 1])
    })
    test('says that it may be tried again when there are too many requests', async () => {
      const { result, charged } = await failing(
        Array.from({ length: 3 }, () => ({ when: 'before', how: 'status', status: 429 })),
      )
      assert.deepEqual([result.outcome, charged], ['failed', 0])
    })
  }

  describe('Stripe, by its SDK', () => {
    let server: FakeStripe
    let provider: PaymentProvider
    before(async () => {
      server = stack.use(await startFakeStripe())
      provider = open(server, { kind: 'stripe', apiKey: 'env:X', url: server.origin }, server.apiKey)
    })
    chargesOnce(
      () => server,
      () => provider,
      /payment_intents$/,
    )

    test('maps what its test cards are declined for, and charges none of them', async () => {
      const was = server.charged
      const outcomes: Record<string, string> = {}
      const numbers = [...Object.values(cards), '4000000000000069', '4100000000000019', '4000000000000119']
      for (const card of numbers) outcomes[card] = brief(await provider.pay(request({ card }), never))
      assert.deepEqual(outcomes, {
        [cards.good]: 'succeeded',
        [cards.declined]: 'declined card-declined',
        [cards.poor]: 'declined insufficient-funds',
        [cards.badCode]: 'declined wrong-code',
        [cards.screen]: 'needs-screen',
        '4000000000000069': 'declined expired-card',
        '4100000000000019': 'declined suspected-fraud',
        '4000000000000119': 'failed',
      })
      assert.equal(server.charged - was, 1)
    })

    test('cancels a charge that waits for the payer’s proof', async () => {
      const sent = request({ card: cards.screen })
      await provider.pay(sent, never)
      assert.equal(
        server.intents.find(({ metadata }) => metadata['voxkeep_key'] === sent.idempotencyKey)?.status,
        'canceled',
      )
    })

    test('finds a charge again by its key, among many, and one that never was not', async () => {
      const wanted = request()
      const paid = await provider.pay(wanted, never)
      for (let n = 0; n < 105; n++)
        // more than a page
        (server.intents as unknown as object[]).unshift({
          ...server.intents[0],
          id: `pi_other_${n}`,
          metadata: {},
          status: 'canceled',
        })
      assert.deepEqual(await provider.outcome(asked(wanted), never), paid)
      assert.deepEqual(await provider.outcome(asked(request()), never), {
        outcome: 'failed',
        providerCode: 'not-found',
      })
      server.faults.push(...Array.from({ length: 3 }, () => ({ when: 'before', how: 'reset' }) as const))
      assert.equal((await provider.outcome(asked(wanted), never)).outcome, 'unknown')
    })

    test('makes a payment method where nothing is to be charged', async () => {
      const was = server.intents.length
      const result = await provider.pay({ ...request(), charge: undefined }, never)
      assert.partialDeepStrictEqual(result, { outcome: 'succeeded', paymentId: null })
      assert.match((result as { providerToken: string }).providerToken, /^pm_\d+$/)
      assert.equal(server.intents.length, was)
    })

    test('sends no measurements, and its key and the card nowhere but in their places', async () => {
      server.requests.splice(0)
      await provider.pay(request(), never)
      for (const { headers, body, url } of server.requests) {
        assert.equal(headers['x-stripe-client-telemetry'], undefined)
        assert.equal(url.search, '')
        if (!url.pathname.endsWith('/payment_methods'))
          assert.ok(!body.includes(cards.good) && !body.includes('737'))
      }
    })

    test('says that it failed for a key that Stripe does not take', async () => {
      const wrong = open(server, { kind: 'stripe', apiKey: 'env:X', url: server.origin }, 'sk_test_other')
      assert.equal((await wrong.pay(request(), never)).outcome, 'failed')
    })

    test('reaches nothing that the egress guard refuses', async () => {
      using closed = httpsClient({ guard: egressGuard({ allowPrivate: [] }), clock })
      const guarded = paymentProvider(section({ kind: 'stripe', apiKey: 'env:X', url: server.origin }), {
        http: closed,
        clock,
        tls: { ca: server.pki.caPem },
        readSecret: () => new Secret(server.apiKey),
      })
      const was = server.requests.length
      assert.equal((await guarded.pay(request(), never)).outcome, 'failed')
      assert.equal(server.requests.length, was)
    })
  })

  describe('Adyen', () => {
    let server: FakeAdyen
    let provider: PaymentProvider
    const own = () => ({
      kind: 'adyen',
      apiKey: 'env:X',
      merchantAccount: 'ShopCOM',
      url: `${server.origin}/checkout/v71`,
      telephoneOrder: true,
    })
    before(async () => {
      server = stack.use(await startFakeAdyen())
      provider = open(server, own(), server.apiKey)
    })
    chargesOnce(
      () => server,
      () => provider,
      /payments$/,
    )

    test('maps refusals, and charges none of them', async () => {
      const was = server.charged
      const outcomes: Record<string, string> = {}
      for (const card of [...Object.values(cards), '4000000000000119'])
        outcomes[card] = brief(await provider.pay(request({ card }), never))
      assert.deepEqual(outcomes, {
        [cards.good]: 'succeeded',
        [cards.declined]: 'declined card-declined',
        [cards.poor]: 'declined insufficient-funds',
        [cards.badCode]: 'declined wrong-code',
        [cards.screen]: 'needs-screen',
        '4000000000000119': 'failed',
      })
      assert.equal(server.charged - was, 1)
    })

    test('marks telephone orders, and fills nothing into what the app says', async () => {
      await provider.pay(request(), never)
      assert.equal(server.payments.at(-1)?.shopperInteraction, 'Moto')
      const sent = JSON.parse(server.requests.at(-1)?.body ?? '') as Record<string, unknown>
      assert.equal(sent['merchantOrderReference'], 'order-7 {{card.number}}')
    })

    test('does not pretend to know what became of a payment whose card is gone', async () => {
      assert.deepEqual(await provider.outcome(asked(request()), never), {
        outcome: 'unknown',
        providerCode: 'no-lookup',
      })
    })

    test('says that it failed for a key that Adyen does not take', async () => {
      assert.equal((await open(server, own(), 'other').pay(request(), never)).outcome, 'failed')
    })
  })

  describe('Braintree', () => {
    let server: FakeBraintree
    let provider: PaymentProvider
    const own = () => ({
      kind: 'braintree',
      publicKey: server.publicKey,
      privateKey: 'env:X',
      url: `${server.origin}/graphql`,
      merchantAccounts: { EUR: 'shop-eur' },
    })
    before(async () => {
      server = stack.use(await startFakeBraintree())
      provider = open(server, own(), server.privateKey)
    })
    beforeEach(() => void server.faults.splice(0))

    test('maps what the processor and the gateway refuse, and charges none of it', async () => {
      const was = server.charged
      const pay = async (more: Asked) => brief(await provider.pay(request(more), never))
      assert.deepEqual(
        [
          await pay({}),
          await pay({ amountMinor: 200_000 }),
          await pay({ amountMinor: 200_100 }),
          await pay({ amountMinor: 200_400 }),
          await pay({ amountMinor: 201_000 }),
          await pay({ code: '200' }),
          await pay({ card: cards.screen }),
          await pay({ currency: 'USD' }),
        ],
        [
          'succeeded',
          'declined card-declined',
          'declined insufficient-funds',
          'declined expired-card',
          'declined wrong-code',
          'declined wrong-code',
          'needs-screen',
          'failed',
        ],
      )
      assert.equal(server.charged - was, 1)
    })

    /** The second request is the charge: the first only makes the payment method. */
    async function failing(fault: PayFault) {
      const sent = request()
      const was = server.charged
      const first = server.requests.length
      const wrapped = paymentProvider(section(own()), {
        clock,
        tls: { ca: server.pki.caPem },
        readSecret: () => new Secret(server.privateKey),
        http: {
          exchange(asking, signal) {
            if (server.requests.length === first + 1) server.faults.push(fault)
            return http.exchange(asking, signal)
          },
        },
      })
      const result = await wrapped.pay(sent, never)
      return {
        result,
        outcome: await provider.outcome(asked(sent), never),
        charged: server.charged - was,
        requests: server.requests.length - first - 1,
      }
    }

    for (const how of ['hang', 'reset', 'status'] as const) {
      test(`never charges a second time, and finds by its key what was charged, when the answer ends in "${how}"`, async () => {
        const { result, outcome, charged, requests } = await failing({ when: 'after', how })
        assert.deepEqual([result.outcome, outcome.outcome, charged, requests], ['unknown', 'succeeded', 1, 2])
      })
      test(`never charges unasked, and finds that nothing was charged, when the request ends in "${how}"`, async () => {
        const { result, outcome, charged } = await failing({ when: 'before', how })
        assert.deepEqual(
          [result.outcome, outcome, charged],
          ['unknown', { outcome: 'failed', providerCode: 'not-found' }, 0],
        )
      })
    }

    test('says that it failed for too many requests, and for a key that Braintree does not take', async () => {
      const { result, charged } = await failing({ when: 'before', how: 'status', status: 429 })
      assert.deepEqual([result.outcome, charged], ['failed', 0])
      assert.equal((await open(server, own(), 'other').pay(request(), never)).outcome, 'failed')
    })
  })

  describe('any provider over HTTPS', () => {
    let server: FakeAcquirer
    let provider: PaymentProvider
    let tls: object
    const answer = {
      outcomeAt: '/result',
      succeeded: ['approved'],
      declined: ['refused'],
      needsScreen: ['authenticate'],
      codeAt: '/error/code',
      reasons: { no_funds: 'insufficient-funds', bad_cvv: 'wrong-code', do_not_honour: 'card-declined' },
      paymentIdAt: '/payment/id',
    }
    const own = () => ({
      kind: 'https',
      url: `${server.origin}/payments`,
      template:
        '{"pan":"{{card.number}}","cvv":"{{card.code}}","until":"{{card.month}}/{{card.year2}}","amount":{"value":{{amount.minor}},"currency":"{{currency}}"},"text":"{{description}}","order":"{{reference}}"}',
      idempotencyHeader: 'X-Request-Key',
      isIdempotent: true,
      signing: { secret: 'env:X' },
      answer,
      lookup: { url: `${server.origin}/lookup/{{key}}` },
    })
    before(async () => {
      server = stack.use(await startFakeAcquirer())
      const { certPem: cert, keyPem } = await server.pki.issue(['voxkeep.test'], { client: true })
      tls = { cert, key: new Secret(keyPem) }
      provider = open(server, own(), server.secret, tls)
    })
    chargesOnce(
      () => server,
      () => provider,
      /payments$/,
    )

    test('reads answers as the configuration says', async () => {
      const outcomes = []
      for (const card of Object.values(cards))
        outcomes.push(brief(await provider.pay(request({ card }), never)))
      assert.deepEqual(outcomes, [
        'succeeded',
        'declined card-declined',
        'declined insufficient-funds',
        'declined wrong-code',
        'needs-screen',
      ])
      const sent = JSON.parse(server.requests.at(-1)?.body ?? '') as Record<string, unknown>
      assert.partialDeepStrictEqual(sent, {
        until: '03/31',
        text: 'Order "7"',
        order: 'order-7 {{card.number}}',
      })
    })

    test('looks a payment up by its key', async () => {
      const sent = request()
      const paid = await provider.pay(sent, never)
      assert.deepEqual(await provider.outcome(asked(sent), never), paid)
      assert.deepEqual(await provider.outcome(asked(request()), never), {
        outcome: 'failed',
        providerCode: 'not-found',
      })
    })

    test('charges nobody without its certificate, with a wrong signature, and when nobody listens', async () => {
      const was = server.charged
      // TLS 1.3 refuses a client after its first bytes: whether they were read it does not say.
      assert.equal((await open(server, own(), server.secret).pay(request(), never)).outcome, 'unknown')
      assert.equal((await open(server, own(), 'other', tls).pay(request(), never)).outcome, 'failed')
      const nobody = open(server, { ...own(), url: 'https://localhost:1/payments' }, server.secret, tls)
      assert.equal((await nobody.pay(request(), never)).outcome, 'failed')
      assert.equal(server.charged, was)
    })

    test('sends a request without an answer once only, where the provider knows no keys', async () => {
      const careful = open(server, { ...own(), isIdempotent: false }, server.secret, tls)
      const was = server.requests.length
      server.faults.push({ when: 'after', how: 'reset' })
      assert.equal((await careful.pay(request(), never)).outcome, 'unknown')
      assert.equal(server.requests.length - was, 1)
    })

    test('sends nothing while a secret cannot be read', async () => {
      const was = server.requests.length
      const away = paymentProvider(section(own()), {
        http,
        clock,
        tls: { ca: server.pki.caPem },
        readSecret: () => {
          throw new Error('away')
        },
      })
      const result = await away.pay(request(), never)
      assert.deepEqual(result, { outcome: 'failed', providerCode: 'secret-unavailable' })
      assert.equal(server.requests.length, was)
    })

    test('takes bank accounts where the configuration says how', async () => {
      const digits = (text: string) => new Secret(new Uint8Array(Buffer.from(text)))
      const bank = {
        account: digits('000123456789'),
        routing: digits('110000000'),
        accountType: 'checking',
      } as const
      const sent = { ...request(), method: { kind: 'bank', bank } as const }
      assert.equal((await provider.pay(sent, never)).outcome, 'failed')
      const both = open(
        server,
        {
          ...own(),
          bankTemplate: '{"pan":"{{bank.account}}","bank":"{{bank.routing}}","amount":{"value":1}}',
        },
        server.secret,
        tls,
      )
      assert.equal((await both.pay(sent, never)).outcome, 'succeeded')
      assert.match(server.requests.at(-1)?.body ?? '', /"pan":"000123456789","bank":"110000000"/)
    })
  })
})
