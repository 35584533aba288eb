import { createHmac, timingSafeEqual } from 'node:crypto'
import { startPayServer, type PayReply, type PayRequestSeen, type PayServer } from './pay-server.ts'

/** A provider of nobody's making, as the generic one is set up for: JSON, mutual TLS, signed requests, a key that makes them idempotent, a look-up. */
export interface FakeAcquirer extends PayServer {
  readonly secret: string
  readonly charged: number
}

const refused: Readonly<Record<string, string>> = {
  '4000000000000002': 'do_not_honour',
  '4000000000009995': 'no_funds',
  '4000000000000127': 'bad_cvv',
}

export async function startFakeAcquirer(o: { readonly mutualTls?: boolean } = {}): Promise<FakeAcquirer> {
  const secret = 'acquirer-signing-secret'
  const books = new Map<string, { reply: PayReply; charged: boolean }>()
  const act = (request: PayRequestSeen): PayReply => {
    if (request.method === 'GET') {
      const key = decodeURIComponent(request.url.pathname.slice('/lookup/'.length))
      return books.get(key)?.reply ?? { status: 404, json: {} }
    }
    if (!isSigned(request, secret)) return { status: 401, json: { error: 'signature' } }
    const key = String(request.headers['x-request-key'])
    const known = books.get(key)
    if (known !== undefined) return known.reply
    const made = pay(request, books.size + 1)
    books.set(key, made)
    return made.reply
  }
  const server = await startPayServer(act, { mutualTls: o.mutualTls ?? true })
  return {
    ...server,
    secret,
    get charged() {
      return [...books.values()].filter(({ charged }) => charged).length
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function pay({ body }: PayRequestSeen, count: number): { reply: PayReply; charged: boolean } {
  const { pan, amount } = JSON.parse(body) as { pan: string; amount: { value: number } }
  const error = refused[pan]
  const result = pan === '4000000000003220' ? 'authenticate' : error === undefined ? 'approved' : 'refused'
  const payment = { id: `ac_${count}`, value: amount.value }
  return {
    reply: { status: 200, json: { result, ...(error !== undefined && { error: { code: error } }), payment } },
    charged: result === 'approved',
  }
}

function isSigned({ headers, body }: PayRequestSeen, secret: string): boolean {
  const [time, given] = [headers['x-timestamp'], headers['x-signature']]
  if (typeof time !== 'string' || typeof given !== 'string') return false
  const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}
