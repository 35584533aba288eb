import type { Clock, PaymentProviderConfig, Secret } from '#kernel'
import type { DeclineReason, PaymentProvider, PayRequest, PayResult } from './contract.ts'
import {
  isUnclear,
  providerCode,
  sendUntilAnswered,
  textField,
  type PaymentAnswer,
  type PaymentHttp,
  type PaymentTls,
} from './send.ts'
import { fillTemplate, placeholdersOf } from './template.ts'

type Config = Extract<PaymentProviderConfig, { kind: 'adyen' }>

export interface ProviderDeps {
  readonly http: PaymentHttp
  readonly clock: Clock
  readonly tls: PaymentTls
  readonly readSecret: (reference: string) => Secret<string>
}

/** `refusalReasonCode` of the Checkout API: https://docs.adyen.com/development-resources/refusal-reasons */
const reasons: Readonly<Record<string, DeclineReason>> = {
  2: 'card-declined', 3: 'card-declined', 5: 'card-declined', 6: 'expired-card', 8: 'wrong-number', 10: 'not-supported',
  12: 'insufficient-funds', 14: 'suspected-fraud', 20: 'suspected-fraud', 22: 'suspected-fraud', 23: 'not-supported',
  24: 'wrong-code', 25: 'not-supported', 27: 'card-declined', 28: 'limit-exceeded', 29: 'limit-exceeded', 31: 'suspected-fraud',
} // prettier-ignore

/** `errorCode` of answers with status 422: the request never became a payment. */
const faults: Readonly<Record<string, DeclineReason>> = {
  101: 'wrong-number', 102: 'not-supported', 103: 'wrong-code', 104: 'wrong-postal-code', 129: 'wrong-expiry',
} // prettier-ignore

/** The issuer could not be asked, or Adyen failed: a final state in which nothing was charged. */
const failedCodes = new Set(['4', '9', '21'])
/** The same key is being worked on, or its first request is not settled. */
const inProgress = '704'
const maxKeyCharacters = 64

/**
 * Adyen's Checkout API, `POST /payments` with raw card data. Charged once for a key: the same request without an answer is sent again, and the
 * first one's answer comes back. What became of a payment after its card is gone the API does not tell: see `outcome`.
 */
export function adyenProvider(config: Config, deps: ProviderDeps): PaymentProvider {
  const { id, region } = config
  return {
    id,
    kind: 'adyen',
    region,
    async pay(request, signal) {
      if (request.method.kind !== 'card' || request.charge === undefined)
        return { outcome: 'failed', providerCode: 'method-not-supported' }
      const body = fillTemplate(templateOf(config, request), placeholdersOf(request), 'json')
      try {
        const sent = {
          method: 'POST',
          url: `${config.url}/payments`,
          headers: headersOf(config, deps, request),
          body,
        } as const
        const again = (answer: PaymentAnswer) => isUnclear(answer) || isInProgress(answer)
        const limits = { tls: deps.tls, timeoutMs: config.timeoutMs }
        return read(await sendUntilAnswered(deps, { ...sent, ...limits }, again, signal))
      } finally {
        body.fill(0)
      }
    },
    // Only its webhooks and its own pages tell: it stays unknown until somebody looks there.
    outcome: async () => ({ outcome: 'unknown', providerCode: 'no-lookup' }),
    [Symbol.asyncDispose]: async () => {},
  }
}

function headersOf({ apiKey }: Config, deps: ProviderDeps, request: PayRequest): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-api-key': deps.readSecret(apiKey).reveal(),
    'idempotency-key': request.idempotencyKey.slice(0, maxKeyCharacters),
  }
}

function templateOf({ merchantAccount, returnUrl, telephoneOrder }: Config, { method }: PayRequest): string {
  const [hasCode, postalCode] =
    method.kind === 'card' ? [method.card.code !== undefined, method.card.postalCode] : []
  const amount = '{"value":{{amount.minor}},"currency":"{{currency}}"}'
  const card = `{"type":"scheme","number":"{{card.number}}","expiryMonth":"{{card.month}}","expiryYear":"{{card.year}}"${
    hasCode === true ? ',"cvc":"{{card.code}}"' : ''
  }}`
  const rest = JSON.stringify({
    merchantAccount,
    returnUrl,
    shopperInteraction: telephoneOrder ? 'Moto' : 'Ecommerce',
    ...(postalCode !== undefined && {
      billingAddress: {
        postalCode: '{{card.postalCode}}',
        country: 'ZZ',
        city: 'unknown',
        street: 'unknown',
        houseNumberOrName: 'unknown',
      },
    }),
  })
  const named = '"reference":"{{key}}","merchantOrderReference":"{{reference}}"'
  return `{"amount":${amount},"paymentMethod":${card},${named},${rest.slice(1)}`
}

function isInProgress(answer: PaymentAnswer): boolean {
  return answer.kind === 'answer' && textField(answer.json, 'errorCode') === inProgress
}

function read(answer: PaymentAnswer): PayResult {
  if (answer.kind === 'not-sent') return { outcome: 'failed', providerCode: answer.why }
  if (answer.kind === 'lost') return { outcome: 'unknown', providerCode: answer.why }
  const { status, json, isAfterUnclear } = answer
  if (status === 200 || status === 201) return readResult(json)
  const code = textField(json, 'errorCode')
  const reason = status === 422 && code !== undefined ? faults[code] : undefined
  if (reason !== undefined) return { outcome: 'declined', reason, providerCode: providerCode(code) }
  if (status >= 500 || code === inProgress || isAfterUnclear === true)
    return { outcome: 'unknown', providerCode: providerCode(code) }
  return { outcome: 'failed', providerCode: providerCode(code) ?? String(status) }
}

/** https://docs.adyen.com/online-payments/build-your-integration/payment-result-codes */
function readResult(json: unknown): PayResult {
  const result = textField(json, 'resultCode') ?? ''
  const code = textField(json, 'refusalReasonCode')
  switch (result) {
    case 'Authorised':
      return { outcome: 'succeeded', paymentId: textField(json, 'pspReference') ?? null, providerToken: null }
    case 'Refused':
    case 'Cancelled':
    case 'Error':
      if (code !== undefined && failedCodes.has(code))
        return { outcome: 'failed', providerCode: providerCode(code) }
      if (code === '11' || code === '38' || code === '42')
        return { outcome: 'needs-screen', providerCode: code }
      return { outcome: 'declined', reason: reasons[code ?? ''] ?? 'other', providerCode: providerCode(code) }
    case 'RedirectShopper':
    case 'IdentifyShopper':
    case 'ChallengeShopper':
    case 'PresentToShopper':
      return { outcome: 'needs-screen', providerCode: providerCode(result) }
    default: // Pending, Received, PartiallyAuthorised, and what may be added
      return { outcome: 'unknown', providerCode: providerCode(result) }
  }
}
