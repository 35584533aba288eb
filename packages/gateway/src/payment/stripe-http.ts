import type { Stripe } from 'stripe'
import type { PaymentHttp, PaymentTls } from './send.ts'

type StripeClient = NonNullable<NonNullable<ConstructorParameters<typeof Stripe>[1]>['httpClient']>
type StripeResponse = Awaited<ReturnType<StripeClient['makeRequest']>>

const maxAnswerBytes = 1024 * 1024 // a page of payment intents
const notSent = new Set(['blocked', 'connect', 'tls'])

/** What the SDK sends with: our client, and so the egress guard, instead of a socket of its own. */
export interface StripeHttp {
  readonly client: StripeClient
  /** Whether a request that got no answer may have been read. */
  readonly lost: boolean
}

export function stripeHttp(
  http: PaymentHttp,
  o: { readonly tls: PaymentTls; readonly timeoutMs: number; readonly origin: string },
  signal: AbortSignal,
): StripeHttp {
  const state = { lost: false }
  const makeRequest: StripeClient['makeRequest'] = async (_host, _port, path, method, headers, data) => {
    if (method !== 'GET' && method !== 'POST') throw new TypeError('Stripe is asked by GET and POST only')
    const body = method === 'POST' ? Buffer.from(data) : undefined
    const answer = await http.exchange(
      {
        method,
        url: `${o.origin}${path}`,
        headers: plainHeaders(headers),
        tls: o.tls,
        timeoutMs: o.timeoutMs,
        maxAnswerBytes,
        newConnection: true,
        ...(body !== undefined && { body }),
      },
      signal,
    )
    body?.fill(0)
    if (!answer.ok) {
      if (!notSent.has(answer.why)) state.lost = true
      const code = answer.why === 'timeout' ? 'ETIMEDOUT' : 'ECONNRESET'
      throw Object.assign(new Error('no answer of Stripe'), { code })
    }
    if (answer.status >= 500) state.lost = true
    return responseOf(answer)
  }
  return {
    client: { getClientName: () => 'voxkeep', makeRequest },
    get lost() {
      return state.lost
    },
  }
}

function responseOf(answer: {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array
}): StripeResponse {
  return {
    getStatusCode: () => answer.status,
    getHeaders: () => answer.headers as ReturnType<StripeResponse['getHeaders']>,
    getRawResponse: () => ({}), // the SDK hangs `lastResponse` on it
    toStream() {
      throw new TypeError('answers of Stripe are read whole')
    },
    toJSON: async () => JSON.parse(Buffer.from(answer.body).toString('utf8')) as unknown,
  }
}

/** Ours are set by our client; the SDK's own are texts and numbers. */
function plainHeaders(headers: object): Record<string, string> {
  const own = new Set(['content-length', 'host'])
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name, value]) => value !== undefined && value !== null && !own.has(name.toLowerCase()))
      .map(([name, value]) => [name, String(value)]),
  )
}
