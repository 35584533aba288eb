import { startPayServer, type PayReply, type PayRequestSeen, type PayServer } from './pay-server.ts'

/** Test cards of Stripe's documentation, and what comes of them. */
const declines: Readonly<Record<string, readonly [code: string, declineCode?: string]>> = {
  '4000000000000002': ['card_declined', 'generic_decline'],
  '4000000000009995': ['card_declined', 'insufficient_funds'],
  '4000000000000069': ['expired_card'],
  '4000000000000127': ['incorrect_cvc'],
  '4000000000000119': ['processing_error'],
  '4100000000000019': ['card_declined', 'fraudulent'],
}
const needsAction = '4000000000003220'

interface Intent {
  readonly id: string
  readonly object: 'payment_intent'
  readonly amount: number
  readonly currency: string
  readonly created: number
  readonly metadata: Readonly<Record<string, string>>
  payment_method: string | null
  status: string
  last_payment_error: object | null
}

/** As much of Stripe's API as a charge by card needs: payment methods, payment intents, idempotency keys, test cards. */
export interface FakeStripe extends PayServer {
  readonly apiKey: string
  readonly intents: readonly Intent[]
  /** How often somebody was charged. */
  readonly charged: number
}

export async function startFakeStripe(): Promise<FakeStripe> {
  const apiKey = 'sk_test_fake'
  const [methods, intents] = [new Map<string, string>(), [] as Intent[]]
  /** https://docs.stripe.com/api/idempotent_requests: the first answer, for the same parameters; errors of the server included. */
  const answered = new Map<string, { body: string; path: string; reply: PayReply }>()
  const act = (request: PayRequestSeen): PayReply => {
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      return fault(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' })
    const key = request.headers['idempotency-key']
    const known = typeof key === 'string' ? answered.get(key) : undefined
    if (known !== undefined && (known.body !== request.body || known.path !== request.url.pathname))
      return fault(400, {
        type: 'idempotency_error',
        message: 'Keys for idempotent requests can only be used with the same parameters',
      })
    if (known !== undefined) return { ...known.reply, headers: { 'idempotent-replayed': 'true' } }
    const reply = route({ methods, intents }, request)
    if (typeof key === 'string') answered.set(key, { body: request.body, path: request.url.pathname, reply })
    return reply
  }
  const server = await startPayServer(act, {
    faultReply: (status) =>
      fault(status, {
        type: status === 429 ? 'invalid_request_error' : 'api_error',
        ...(status === 429 && { code: 'rate_limit' }),
        message: 'fault',
      }),
  })
  return {
    ...server,
    apiKey,
    intents,
    get charged() {
      return intents.filter(({ status }) => status === 'succeeded').length
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

interface Books {
  readonly methods: Map<string, string>
  readonly intents: Intent[]
}

function route(books: Books, { method, url, body }: PayRequestSeen): PayReply {
  const form = new URLSearchParams(body)
  if (method === 'POST' && url.pathname === '/v1/payment_methods') return makeMethod(books, form)
  if (method === 'POST' && url.pathname === '/v1/payment_intents') return makeIntent(books, form)
  if (method === 'GET' && url.pathname === '/v1/payment_intents') return list(books, url.searchParams)
  const [, cancelled] = /^\/v1\/payment_intents\/(pi_\d+)\/cancel$/.exec(url.pathname) ?? []
  const intent = books.intents.find(({ id }) => id === cancelled)
  if (method !== 'POST' || intent === undefined)
    return fault(404, { type: 'invalid_request_error', code: 'resource_missing' })
  intent.status = 'canceled'
  return { status: 200, json: intent }
}

function makeMethod({ methods }: Books, form: URLSearchParams): PayReply {
  const number = form.get('card[number]') ?? ''
  if (form.get('type') !== 'card' || !/^\d{12,19}$/.test(number))
    return fault(402, {
      type: 'card_error',
      code: 'invalid_number',
      message: 'Your card number is incorrect.',
    })
  const id = `pm_${methods.size + 1}`
  methods.set(id, number)
  return {
    status: 200,
    json: { id, object: 'payment_method', type: 'card', card: { last4: number.slice(-4) } },
  }
}

function makeIntent({ methods, intents }: Books, form: URLSearchParams): PayReply {
  const method = form.get('payment_method') ?? ''
  const number = methods.get(method)
  const amount = Number(form.get('amount'))
  if (number === undefined || form.get('confirm') !== 'true' || !(amount > 0))
    return fault(400, { type: 'invalid_request_error', code: 'parameter_missing' })
  const [code, declineCode] = declines[number] ?? []
  const metadata = [...form].flatMap(([name, value]) => {
    const [, field] = /^metadata\[(\w+)\]$/.exec(name) ?? []
    return field === undefined ? [] : [[field, value] as const]
  })
  const intent: Intent = {
    id: `pi_${intents.length + 1}`,
    object: 'payment_intent',
    amount,
    currency: form.get('currency') ?? '',
    created: Math.floor(Date.now() / 1_000),
    metadata: Object.fromEntries(metadata),
    payment_method: method,
    status: number === needsAction ? 'requires_action' : 'succeeded',
    last_payment_error: null,
  }
  intents.unshift(intent)
  if (code === undefined) return { status: 200, json: intent }
  const error = {
    type: 'card_error',
    code,
    message: 'Your card was declined.',
    ...(declineCode !== undefined && { decline_code: declineCode }),
  }
  Object.assign(intent, {
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: error,
  })
  return fault(402, { ...error, payment_intent: intent })
}

function list({ intents }: Books, query: URLSearchParams): PayReply {
  const [from, to] = [Number(query.get('created[gte]')), Number(query.get('created[lte]'))]
  const fit = intents.filter(({ created }) => created >= from && created <= to)
  const after = query.get('starting_after')
  const rest = after === null ? fit : fit.slice(fit.findIndex(({ id }) => id === after) + 1)
  const limit = Number(query.get('limit') ?? 10)
  return {
    status: 200,
    json: {
      object: 'list',
      url: '/v1/payment_intents',
      data: rest.slice(0, limit),
      has_more: rest.length > limit,
    },
  }
}

function fault(status: number, error: object): PayReply {
  return { status, json: { error } }
}
