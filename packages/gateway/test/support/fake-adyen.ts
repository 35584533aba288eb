import { startPayServer, type PayReply, type PayRequestSeen, type PayServer } from './pay-server.ts'

/** Numbers whose refusal is asked for by name in Adyen's test environment; here each has a card. */
const refusals: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  '4000000000000002': ['2', 'Refused'],
  '4000000000009995': ['12', 'Not enough balance'],
  '4000000000000069': ['6', 'Expired Card'],
  '4000000000000127': ['24', 'CVC Declined'],
  '4100000000000019': ['20', 'FRAUD'],
  '4000000000000119': ['4', 'Acquirer Error'],
}
const challenged = '4000000000003220'

/** Adyen's Checkout API, `POST /payments`, with idempotency keys. */
export interface FakeAdyen extends PayServer {
  readonly apiKey: string
  readonly charged: number
  readonly payments: readonly { readonly reference: string; readonly shopperInteraction: string }[]
}

export async function startFakeAdyen(): Promise<FakeAdyen> {
  const apiKey = 'AQE-fake'
  const payments: { reference: string; shopperInteraction: string; resultCode: string }[] = []
  const answered = new Map<string, PayReply>()
  const act = (request: PayRequestSeen): PayReply => {
    if (request.headers['x-api-key'] !== apiKey)
      return {
        status: 401,
        json: {
          status: 401,
          errorCode: '000',
          errorType: 'security',
          message: 'HTTP Status Response - Unauthorized',
        },
      }
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string' || key.length > 64) return validation('172', 'no usable key')
    const known = answered.get(key)
    if (known !== undefined) return { ...known, headers: { 'idempotency-key': key } }
    const reply = pay(payments, request)
    answered.set(key, reply)
    return reply
  }
  const server = await startPayServer(act, {
    faultReply: (status) => ({
      status,
      json: { status, errorCode: '905', errorType: 'internal', message: 'fault' },
    }),
  })
  return {
    ...server,
    apiKey,
    payments,
    get charged() {
      return payments.filter(({ resultCode }) => resultCode === 'Authorised').length
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

interface Payment {
  readonly amount?: { readonly value?: number; readonly currency?: string }
  readonly merchantAccount?: string
  readonly reference?: string
  readonly returnUrl?: string
  readonly shopperInteraction?: string
  readonly paymentMethod?: {
    readonly type?: string
    readonly number?: string
    readonly expiryMonth?: string
    readonly expiryYear?: string
    readonly cvc?: string
  }
}

function pay(
  payments: { reference: string; shopperInteraction: string; resultCode: string }[],
  request: PayRequestSeen,
): PayReply {
  if (request.method !== 'POST' || !request.url.pathname.endsWith('/payments'))
    return { status: 404, json: {} }
  const {
    amount,
    merchantAccount,
    reference,
    returnUrl,
    shopperInteraction = 'Ecommerce',
    paymentMethod: card,
  } = JSON.parse(request.body) as Payment
  if (
    merchantAccount !== 'ShopCOM' ||
    reference === undefined ||
    returnUrl === undefined ||
    !(Number(amount?.value) > 0)
  )
    return validation('130', 'Required field is missing')
  if (card?.type !== 'scheme' || !/^\d{12,19}$/.test(card.number ?? ''))
    return validation('101', 'Invalid card number')
  if (!/^\d{2}$/.test(card.expiryMonth ?? '') || !/^\d{4}$/.test(card.expiryYear ?? ''))
    return validation('129', 'Expiry Date Invalid')
  const pspReference = `PSP${String(payments.length + 1).padStart(13, '0')}`
  const [code, reason] = refusals[card.number ?? ''] ?? []
  const resultCode =
    card.number === challenged
      ? 'RedirectShopper'
      : code === undefined
        ? 'Authorised'
        : code === '4'
          ? 'Error'
          : 'Refused'
  payments.push({ reference, shopperInteraction, resultCode })
  const refusal = code === undefined ? {} : { refusalReasonCode: code, refusalReason: reason }
  const action =
    resultCode === 'RedirectShopper' ? { action: { type: 'redirect', url: 'https://bank.test/' } } : {}
  return {
    status: 200,
    json: { pspReference, resultCode, merchantReference: reference, amount, ...refusal, ...action },
  }
}

function validation(errorCode: string, message: string): PayReply {
  return { status: 422, json: { status: 422, errorCode, errorType: 'validation', message } }
}
