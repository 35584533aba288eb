import type { PaymentProviderConfig } from '#kernel'
import type { ProviderDeps } from './adyen-provider.ts'
import type { DeclineReason, PaymentProvider, PayRequest, PayResult } from './contract.ts'
import {
  field,
  isUnclear,
  providerCode,
  send,
  sendUntilAnswered,
  textField,
  type PaymentAnswer,
} from './send.ts'
import { fillTemplate, placeholdersOf, type Placeholders } from './template.ts'

type Config = Extract<PaymentProviderConfig, { kind: 'braintree' }>

const version = '2019-01-01' // the only one its documentation names

const tokenize = `mutation ($input: TokenizeCreditCardInput!) { tokenizeCreditCard(input: $input) { paymentMethod { id } } }`
const transactionFields = `id status statusHistory { __typename status
  ... on ProcessorDeclinedEvent { processorResponse { legacyCode cvvResponse avsPostalCodeResponse } }
  ... on GatewayRejectedEvent { gatewayRejectionReason } }`
const charge = `mutation ($input: ChargePaymentMethodInput!) { chargePaymentMethod(input: $input) { transaction { ${transactionFields} } } }`
const search = `query ($input: TransactionSearchInput!) { search { transactions(input: $input, first: 1) { edges { node { ${transactionFields} } } } } }`

/** Codes of the processor, from the list of authorization responses. */
const reasons: Readonly<Record<string, DeclineReason>> = {
  2000: 'card-declined', 2001: 'insufficient-funds', 2002: 'limit-exceeded', 2003: 'limit-exceeded', 2004: 'expired-card',
  2005: 'wrong-number', 2006: 'wrong-expiry', 2010: 'wrong-code', 2012: 'suspected-fraud', 2013: 'suspected-fraud',
  2014: 'suspected-fraud', 2015: 'not-supported', 2047: 'suspected-fraud', 2059: 'wrong-postal-code', 2060: 'wrong-code',
} // prettier-ignore
const rejections: Readonly<Record<string, DeclineReason>> = {
  CVV: 'wrong-code', AVS: 'wrong-postal-code', AVS_AND_CVV: 'wrong-code', FRAUD: 'suspected-fraud', RISK_THRESHOLD: 'suspected-fraud',
  EXCESSIVE_RETRY: 'limit-exceeded', PAYMENT_METHOD_BLOCKED: 'card-declined',
} // prettier-ignore
const charged = new Set([
  'AUTHORIZED',
  'SUBMITTED_FOR_SETTLEMENT',
  'SETTLING',
  'SETTLED',
  'SETTLEMENT_PENDING',
  'SETTLEMENT_CONFIRMED',
])

/**
 * Braintree's GraphQL API: the card becomes a single-use payment method, then that is charged. The API knows no idempotency keys, so a charge is sent
 * once and never again; our key is its `orderId`, by which it is found.
 */
export function braintreeProvider(config: Config, deps: ProviderDeps): PaymentProvider {
  const call = async (
    query: string,
    variables: string,
    values: Placeholders,
    signal: AbortSignal,
    again: boolean,
  ) => {
    const body = fillTemplate(
      `{"query":${JSON.stringify(query)},"variables":{"input":${variables}}}`,
      values,
      'json',
    )
    const request = {
      method: 'POST',
      url: config.url,
      headers: headersOf(config, deps),
      body,
      tls: deps.tls,
      timeoutMs: config.timeoutMs,
    } as const
    try {
      return again
        ? await sendUntilAnswered(deps, request, isUnclear, signal)
        : await send(deps.http, request, signal)
    } finally {
      body.fill(0)
    }
  }
  return {
    id: config.id,
    kind: 'braintree',
    region: config.region,
    async pay(request, signal) {
      const { method, charge: asked } = request
      const account = asked && config.merchantAccounts[asked.currency]
      if (method.kind !== 'card' || (asked !== undefined && account === undefined))
        return { outcome: 'failed', providerCode: 'method-not-supported' }
      // A payment method that is made twice charges nobody.
      const made = await call(tokenize, cardVariables(request), placeholdersOf(request), signal, true)
      const methodId = textField(path(made, 'tokenizeCreditCard', 'paymentMethod'), 'id')
      if (methodId === undefined) return refusal(made)
      if (asked === undefined) return { outcome: 'succeeded', paymentId: null, providerToken: methodId }
      const values = new Map([...placeholdersOf(request), ['method', methodId], ['account', account ?? '']])
      const answer = await call(charge, chargeVariables, values, signal, false)
      return readCharge(answer, path(answer, 'chargePaymentMethod', 'transaction'))
    },
    outcome: async (asked, signal) => {
      const answer = await call(
        search,
        '{"orderId":{"is":"{{key}}"}}',
        new Map([['key', asked.idempotencyKey]]),
        signal,
        true,
      )
      return readSearch(answer)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

const chargeVariables =
  '{"paymentMethodId":"{{method}}","transaction":{"amount":"{{amount.decimal}}","orderId":"{{key}}","merchantAccountId":"{{account}}"}}'

function cardVariables({ method }: PayRequest): string {
  const card = method.kind === 'card' ? method.card : undefined
  const code = card?.code === undefined ? '' : ',"cvv":"{{card.code}}"'
  const address =
    card?.postalCode === undefined ? '' : ',"billingAddress":{"postalCode":"{{card.postalCode}}"}'
  return `{"creditCard":{"number":"{{card.number}}","expirationYear":"{{card.year}}","expirationMonth":"{{card.month}}"${code}${address}}}`
}

function headersOf({ publicKey, privateKey }: Config, { readSecret }: ProviderDeps): Record<string, string> {
  const credentials = Buffer.from(`${publicKey}:${readSecret(privateKey).reveal()}`).toString('base64')
  return {
    'content-type': 'application/json',
    authorization: `Basic ${credentials}`,
    'braintree-version': version,
  }
}

function path(answer: PaymentAnswer, ...names: readonly string[]): unknown {
  if (answer.kind !== 'answer') return undefined
  let at = field(answer.json, 'data')
  for (const name of names) at = field(at, name)
  return at
}

/** Why there is no payment method: nothing was charged, whatever it was. */
function refusal(answer: PaymentAnswer): PayResult {
  if (answer.kind !== 'answer') return { outcome: 'failed', providerCode: answer.why }
  const { errorClass, inputPath } = firstError(answer.json)
  if (errorClass !== 'VALIDATION')
    return { outcome: 'failed', providerCode: providerCode(errorClass) ?? String(answer.status) }
  const name = inputPath?.at(-1)
  const reason =
    name === 'number'
      ? 'wrong-number'
      : name === 'cvv'
        ? 'wrong-code'
        : name?.startsWith('expiration') === true
          ? 'wrong-expiry'
          : 'other'
  return { outcome: 'declined', reason, providerCode: 'VALIDATION' }
}

/** GraphQL answers 200 with `errors`; `extensions` say of which class, and about which input. */
function firstError(json: unknown): {
  errorClass: string | undefined
  inputPath: readonly string[] | undefined
} {
  const errors = field(json, 'errors')
  const extensions: unknown = Array.isArray(errors) ? field(errors[0], 'extensions') : undefined
  const inputPath = field(extensions, 'inputPath')
  return {
    errorClass: textField(extensions, 'errorClass'),
    inputPath: Array.isArray(inputPath) ? inputPath.map(String) : undefined,
  }
}

/** Classes of errors that are said before anything is done. */
const harmless = new Set([
  'AUTHENTICATION',
  'AUTHORIZATION',
  'VALIDATION',
  'UNSUPPORTED_CLIENT',
  'RESOURCE_LIMIT',
  'NOT_FOUND',
])

function readCharge(answer: PaymentAnswer, transaction: unknown): PayResult {
  if (transaction !== undefined && transaction !== null) return readTransaction(transaction)
  if (answer.kind === 'not-sent') return { outcome: 'failed', providerCode: answer.why }
  if (answer.kind === 'lost') return { outcome: 'unknown', providerCode: answer.why }
  const { errorClass } = firstError(answer.json)
  const isHarmless = answer.status < 500 && (answer.status === 429 || harmless.has(errorClass ?? ''))
  return {
    outcome: isHarmless ? 'failed' : 'unknown',
    providerCode: providerCode(errorClass) ?? String(answer.status),
  }
}

function readSearch(answer: PaymentAnswer): PayResult {
  const edges = path(answer, 'search', 'transactions', 'edges')
  if (answer.kind !== 'answer' || !Array.isArray(edges))
    return { outcome: 'unknown', providerCode: 'no-answer' }
  const [edge] = edges as readonly unknown[]
  if (edge === undefined) return { outcome: 'failed', providerCode: 'not-found' }
  return readTransaction(field(edge, 'node'))
}

function readTransaction(transaction: unknown): PayResult {
  const status = textField(transaction, 'status') ?? ''
  if (charged.has(status))
    return { outcome: 'succeeded', paymentId: textField(transaction, 'id') ?? null, providerToken: null }
  const history = field(transaction, 'statusHistory')
  const events: readonly unknown[] = Array.isArray(history) ? history : []
  if (status === 'PROCESSOR_DECLINED') {
    const response = events
      .map((event) => field(event, 'processorResponse'))
      .find((one) => one !== undefined && one !== null)
    const code = textField(response, 'legacyCode')
    return {
      outcome: 'declined',
      reason: reasons[code ?? ''] ?? 'card-declined',
      providerCode: providerCode(code),
    }
  }
  if (status === 'GATEWAY_REJECTED') {
    const why = events
      .map((event) => textField(event, 'gatewayRejectionReason'))
      .find((one) => one !== undefined)
    if (why === 'THREE_D_SECURE') return { outcome: 'needs-screen', providerCode: why }
    return { outcome: 'declined', reason: rejections[why ?? ''] ?? 'other', providerCode: providerCode(why) }
  }
  if (
    status === 'FAILED' ||
    status === 'VOIDED' ||
    status === 'SETTLEMENT_DECLINED' ||
    status === 'AUTHORIZATION_EXPIRED'
  )
    return { outcome: 'failed', providerCode: providerCode(status) }
  return { outcome: 'unknown', providerCode: providerCode(status) }
}
