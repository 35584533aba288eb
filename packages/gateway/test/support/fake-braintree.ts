import { startPayServer, type PayReply, type PayRequestSeen, type PayServer } from './pay-server.ts'

interface Transaction {
  readonly id: string
  readonly status: string
  readonly orderId: string
  readonly statusHistory: readonly object[]
}

/**
 * Braintree's GraphQL API as far as its schema describes tokenising, charging and searching. As in its sandbox, amounts from 2000 to 2999 are declined
 * with that code; security code 200 does not match, and the gateway rejects that.
 */
export interface FakeBraintree extends PayServer {
  readonly publicKey: string
  readonly privateKey: string
  readonly transactions: readonly Transaction[]
  readonly charged: number
}

export async function startFakeBraintree(): Promise<FakeBraintree> {
  const [publicKey, privateKey] = ['v4ndq314c2s5c28r', 'fake-private']
  const books: Books = { methods: new Map(), transactions: [] }
  const authorization = `Basic ${Buffer.from(`${publicKey}:${privateKey}`).toString('base64')}`
  const act = (request: PayRequestSeen): PayReply => {
    if (
      request.headers.authorization !== authorization ||
      request.headers['braintree-version'] !== '2019-01-01'
    )
      return errors('AUTHENTICATION', 'Authentication failed')
    const { query, variables } = JSON.parse(request.body) as {
      query: string
      variables: { input: Record<string, unknown> }
    }
    if (/^mutation.*TokenizeCreditCardInput!/.test(query)) return tokenize(books, variables.input)
    if (/^mutation.*ChargePaymentMethodInput!/.test(query)) return charge(books, variables.input)
    if (/^query.*TransactionSearchInput!/.test(query)) return search(books, variables.input)
    return errors('VALIDATION', 'Unknown operation')
  }
  const server = await startPayServer(act, {
    faultReply: (status) => ({
      status,
      json: {
        errors: [
          { message: 'fault', extensions: { errorClass: status === 429 ? 'RESOURCE_LIMIT' : 'INTERNAL' } },
        ],
      },
    }),
  })
  return {
    ...server,
    publicKey,
    privateKey,
    transactions: books.transactions,
    get charged() {
      return books.transactions.filter(({ status }) => status === 'SUBMITTED_FOR_SETTLEMENT').length
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

interface Books {
  readonly methods: Map<string, { number: string; cvv: string | undefined }>
  readonly transactions: Transaction[]
}

function tokenize({ methods }: Books, input: Record<string, unknown>): PayReply {
  const {
    number = '',
    cvv,
    expirationMonth = '',
    expirationYear = '',
  } = input['creditCard'] as Record<string, string>
  if (!/^\d{12,19}$/.test(number))
    return errors('VALIDATION', 'Credit card number is invalid.', ['input', 'creditCard', 'number'])
  if (!/^\d{2}$/.test(expirationMonth) || !/^\d{4}$/.test(expirationYear))
    return errors('VALIDATION', 'Expiration date is invalid.', ['input', 'creditCard', 'expirationMonth'])
  const id = `tokencc_${methods.size + 1}`
  methods.set(id, { number, cvv })
  return data({ tokenizeCreditCard: { paymentMethod: { id } } })
}

function charge({ methods, transactions }: Books, input: Record<string, unknown>): PayReply {
  const methodId = String(input['paymentMethodId'])
  const method = methods.get(methodId)
  const { amount = '', orderId = '', merchantAccountId = '' } = input['transaction'] as Record<string, string>
  if (method === undefined) return errors('NOT_FOUND', 'An object with this ID was not found')
  if (!/^\d+\.\d{2}$/.test(amount) || merchantAccountId !== 'shop-eur')
    return errors('VALIDATION', 'Amount is invalid.')
  methods.delete(methodId) // a single-use payment method
  const made = { id: `dHJhbnNhY3Rpb25f${transactions.length + 1}`, orderId }
  const code = Math.floor(Number(amount))
  const declined = {
    __typename: 'ProcessorDeclinedEvent',
    status: 'PROCESSOR_DECLINED',
    processorResponse: { legacyCode: String(code), cvvResponse: 'MATCHES' },
  }
  const rejected = (why: string) => ({
    __typename: 'GatewayRejectedEvent',
    status: 'GATEWAY_REJECTED',
    gatewayRejectionReason: why,
  })
  const transaction: Transaction =
    method.cvv === '200'
      ? { ...made, status: 'GATEWAY_REJECTED', statusHistory: [rejected('CVV')] }
      : method.number === '4000000000003220'
        ? { ...made, status: 'GATEWAY_REJECTED', statusHistory: [rejected('THREE_D_SECURE')] }
        : code >= 2_000 && code < 3_000
          ? { ...made, status: 'PROCESSOR_DECLINED', statusHistory: [declined] }
          : {
              ...made,
              status: 'SUBMITTED_FOR_SETTLEMENT',
              statusHistory: [
                { __typename: 'SubmittedForSettlementEvent', status: 'SUBMITTED_FOR_SETTLEMENT' },
              ],
            }
  transactions.push(transaction)
  return data({ chargePaymentMethod: { transaction } })
}

function search({ transactions }: Books, input: Record<string, unknown>): PayReply {
  const { is } = input['orderId'] as { is: string }
  const found = transactions.filter(({ orderId }) => orderId === is).slice(0, 1)
  return data({ search: { transactions: { edges: found.map((node) => ({ node })) } } })
}

function data(json: object): PayReply {
  return { status: 200, json: { data: json, extensions: { requestId: 'a-uuid' } } }
}

function errors(errorClass: string, message: string, inputPath?: readonly string[]): PayReply {
  return {
    status: 200,
    json: { data: null, errors: [{ message, extensions: { errorClass, ...(inputPath && { inputPath }) } }] },
  }
}
