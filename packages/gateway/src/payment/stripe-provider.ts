import type { Stripe } from 'stripe'
import type { PaymentProviderConfig } from '#kernel'
import type { ProviderDeps } from './adyen-provider.ts'
import type { AskedPayment, DeclineReason, PaymentProvider, PayRequest, PayResult } from './contract.ts'
import { providerCode } from './send.ts'
import { stripeHttp, type StripeHttp } from './stripe-http.ts'

type Config = Extract<PaymentProviderConfig, { kind: 'stripe' }>

/** `code` and `decline_code` of Stripe's card errors: https://docs.stripe.com/error-codes, https://docs.stripe.com/declines/codes */
const reasons: Readonly<Record<string, DeclineReason>> = {
  insufficient_funds: 'insufficient-funds', expired_card: 'expired-card', incorrect_cvc: 'wrong-code', invalid_cvc: 'wrong-code',
  incorrect_number: 'wrong-number', invalid_number: 'wrong-number', invalid_expiry_month: 'wrong-expiry',
  invalid_expiry_year: 'wrong-expiry', incorrect_zip: 'wrong-postal-code', fraudulent: 'suspected-fraud',
  lost_card: 'card-declined', stolen_card: 'card-declined', merchant_blacklist: 'suspected-fraud',
  card_not_supported: 'not-supported', currency_not_supported: 'not-supported', transaction_not_allowed: 'not-supported',
  card_velocity_exceeded: 'limit-exceeded', withdrawal_count_limit_exceeded: 'limit-exceeded', amount_too_large: 'limit-exceeded',
} // prettier-ignore

const needsScreen = new Set(['authentication_required', 'authentication_not_handled'])
const maxNetworkRetries = 2 // of the SDK, under the same idempotency key
const keyField = 'voxkeep_key'
const pageSize = 100
const maxPages = 20
/** Between our putting it on record and the intent's creation: retries, and clocks that differ. */
const earlierS = 300
const laterS = 1_800

interface Opened {
  readonly stripe: Stripe
  readonly http: StripeHttp
  readonly errors: typeof Stripe.errors
}

/**
 * Stripe by its SDK: a payment method from the card, then a payment intent that is confirmed at once. Both have an idempotency key from ours, so
 * that neither the SDK's retries nor ours charge twice.
 */
export function stripeProvider(config: Config, deps: ProviderDeps): PaymentProvider {
  // Large, so only gateways that are paid through it load it; begun now, so that no payment waits for it.
  const loading = import('stripe')
  loading.catch(() => {}) // whoever pays hears of it
  const open = async (signal: AbortSignal): Promise<Opened> => {
    const { Stripe: Sdk } = await loading
    const url = new URL(config.url)
    const limits = { tls: deps.tls, timeoutMs: config.timeoutMs, origin: url.origin }
    const http = stripeHttp(deps.http, limits, signal)
    const stripe = new Sdk(deps.readSecret(config.apiKey).reveal(), {
      httpClient: http.client,
      host: url.hostname,
      port: url.port === '' ? '443' : url.port,
      protocol: 'https',
      maxNetworkRetries,
      telemetry: false,
      timeout: config.timeoutMs,
    })
    return { http, stripe, errors: Sdk.errors }
  }
  return {
    id: config.id,
    kind: 'stripe',
    region: config.region,
    async pay(request, signal) {
      if (request.method.kind !== 'card') return { outcome: 'failed', providerCode: 'method-not-supported' }
      const isLoaded = await loading.then(
        () => true,
        () => false,
      )
      if (!isLoaded) return { outcome: 'failed', providerCode: 'sdk-unavailable' }
      const made = await makeMethod(await open(signal), request)
      if (typeof made !== 'string') return made
      if (request.charge === undefined) return { outcome: 'succeeded', paymentId: null, providerToken: made }
      return charge(await open(signal), request, made, config.telephoneOrder)
    },
    outcome: async (asked, signal) => lookUp((await open(signal)).stripe, asked),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The payment method's id, or why there is none: without one nothing was charged. */
async function makeMethod(
  { stripe, errors }: Opened,
  { method, idempotencyKey }: PayRequest,
): Promise<string | PayResult> {
  if (method.kind !== 'card') throw new TypeError('only cards come here')
  const { number, expiry, code, postalCode } = method.card
  try {
    // The SDK takes texts only. They are made here, last of all, and nothing keeps them; V8 frees them when it likes.
    const made = await stripe.paymentMethods.create(
      {
        type: 'card',
        card: {
          number: Buffer.from(number.reveal()).toString('latin1'),
          exp_month: expiry.month,
          exp_year: expiry.year,
          ...(code !== undefined && { cvc: Buffer.from(code.reveal()).toString('latin1') }),
        },
        ...(postalCode !== undefined && { billing_details: { address: { postal_code: postalCode } } }),
      },
      { idempotencyKey: `${idempotencyKey}-method` },
    )
    return made.id
  } catch (error) {
    const result = readError(errors, error, false)
    return result.outcome === 'unknown' ? { outcome: 'failed', providerCode: result.providerCode } : result
  }
}

async function charge(
  { stripe, http, errors }: Opened,
  { charge: asked, idempotencyKey, reference, call }: PayRequest,
  method: string,
  telephoneOrder: boolean,
): Promise<PayResult> {
  if (asked === undefined) throw new TypeError('only charges come here')
  try {
    const intent = await stripe.paymentIntents.create(
      {
        amount: asked.amountMinor,
        currency: asked.currency.toLowerCase(),
        description: asked.description,
        payment_method: method,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        confirm: true,
        metadata: {
          [keyField]: idempotencyKey,
          voxkeep_call: call,
          ...(reference !== undefined && { reference }),
        },
        ...(telephoneOrder && { payment_method_options: { card: { moto: true } } }),
      },
      { idempotencyKey: `${idempotencyKey}-charge` },
    )
    return await readIntent(stripe, intent)
  } catch (error) {
    return readError(errors, error, http.lost)
  }
}

/** What became of a payment intent. One that waits for the payer's proof is cancelled: on a telephone nobody can give it. */
async function readIntent(stripe: Stripe, intent: Stripe.PaymentIntent): Promise<PayResult> {
  const method =
    typeof intent.payment_method === 'string' ? intent.payment_method : (intent.payment_method?.id ?? null)
  switch (intent.status) {
    case 'succeeded':
    case 'requires_capture':
      return { outcome: 'succeeded', paymentId: intent.id, providerToken: method }
    case 'requires_action':
      // Charged it is not, cancelled or not.
      await stripe.paymentIntents.cancel(intent.id).catch(() => {})
      return { outcome: 'needs-screen', providerCode: 'requires_action' }
    case 'requires_payment_method':
    case 'requires_confirmation': {
      const error = intent.last_payment_error
      return error === null
        ? { outcome: 'failed', providerCode: intent.status }
        : declined(error.code, error.decline_code)
    }
    case 'canceled':
      return { outcome: 'needs-screen', providerCode: 'canceled' }
    case 'processing':
      return { outcome: 'unknown', providerCode: 'processing' }
  }
  return { outcome: 'unknown', providerCode: providerCode(intent.status) }
}

function declined(code: string | undefined, declineCode: string | undefined): PayResult {
  const word = declineCode ?? code
  if (needsScreen.has(code ?? '') || needsScreen.has(declineCode ?? ''))
    return { outcome: 'needs-screen', providerCode: 'authentication_required' }
  if (code === 'processing_error') return { outcome: 'failed', providerCode: code }
  const reason =
    reasons[declineCode ?? ''] ??
    reasons[code ?? ''] ??
    (code === 'card_declined' ? 'card-declined' : 'other')
  return { outcome: 'declined', reason, providerCode: providerCode(word) }
}

function readError(errors: Opened['errors'], error: unknown, lost: boolean): PayResult {
  if (error instanceof errors.StripeCardError) return declined(error.code, error.decline_code)
  if (error instanceof errors.StripeConnectionError || error instanceof errors.StripeAPIError)
    return { outcome: lost ? 'unknown' : 'failed', providerCode: lost ? 'no-answer' : 'connect' }
  if (error instanceof errors.StripeIdempotencyError)
    return { outcome: 'unknown', providerCode: 'idempotency' }
  if (error instanceof errors.StripeError) {
    // Refused before it was done: the request, its key, or too many of them. Unless one that was sent before it was read.
    const code = providerCode(error.code) ?? String(error.statusCode ?? 'refused')
    return { outcome: lost ? 'unknown' : 'failed', providerCode: code }
  }
  return { outcome: 'unknown', providerCode: 'unreadable' }
}

/** Finds the intent by our key among those of its time. A list shows at once what was made; Stripe's search would lag behind. */
async function lookUp(stripe: Stripe, { idempotencyKey, askedAt }: AskedPayment): Promise<PayResult> {
  const askedS = Math.floor(askedAt.getTime() / 1_000)
  const created = { gte: askedS - earlierS, lte: askedS + laterS }
  try {
    let after: string | undefined
    for (let page = 0; page < maxPages; page++) {
      const more = after === undefined ? {} : { starting_after: after }
      const found = await stripe.paymentIntents.list({ created, limit: pageSize, ...more })
      const intent = found.data.find(({ metadata }) => metadata[keyField] === idempotencyKey)
      if (intent !== undefined) return await readIntent(stripe, intent)
      if (!found.has_more) return { outcome: 'failed', providerCode: 'not-found' }
      after = found.data.at(-1)?.id
    }
    return { outcome: 'unknown', providerCode: 'too-many' }
  } catch {
    return { outcome: 'unknown', providerCode: 'no-answer' }
  }
}
