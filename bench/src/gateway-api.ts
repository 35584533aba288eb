import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'

/** The little of the gateway's API that the bench needs. Every promise rejects with `ApiFailure` on an answer that is no 2xx. */
export interface GatewayApi extends Disposable {
  /** Metrics by name with their labels, as Prometheus writes them. */
  metrics(): Promise<ReadonlyMap<string, number>>
  /** Places a call; resolves once it is on record. */
  place(call: object): Promise<void>
  /** Milliseconds from a packet's arrival to its audio being handed on to the app, of calls that ended. */
  toApp(limit: number): Promise<ToApp>
}

/** Over the calls that were looked at: the usual one's median, and the worst one's 99th percentile. */
export interface ToApp {
  readonly p50Ms: number
  readonly p99Ms: number
}

export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly code = 'API_FAILED'
  readonly status: number
  readonly answer: string
  constructor(status: number, answer: string) {
    super('the API refused a request of the bench')
    this.status = status
    this.answer = answer
  }
}

interface Story {
  readonly story: readonly { readonly kind: string; readonly fields: Readonly<Record<string, unknown>> }[]
}

export function gatewayApi(o: { port: number; ca: string; token: string }): GatewayApi {
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ca: o.ca })
  const ask = async (method: 'GET' | 'POST', path: string, body?: object): Promise<string> => {
    const request = httpsRequest({
      agent,
      host: '127.0.0.1',
      port: o.port,
      method,
      path,
      headers: { authorization: `Bearer ${o.token}`, 'content-type': 'application/json' },
    })
    request.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const answer = (await buffer(response)).toString()
    const { statusCode = 0 } = response
    if (statusCode < 200 || statusCode > 299) throw new ApiFailure(statusCode, answer)
    return answer
  }
  const statistics = async (id: string) => {
    const { story } = JSON.parse(await ask('GET', `/v1/calls/${id}`)) as Story
    return story.find(({ kind }) => kind === 'statistics')?.fields
  }
  return {
    metrics: async () => parseMetrics(await ask('GET', '/metrics')),
    place: async (call) => void (await ask('POST', '/v1/calls', call)),
    async toApp(limit) {
      const page = JSON.parse(await ask('GET', `/v1/calls?limit=${limit}`)) as { data: { id: string }[] }
      const all = await Promise.all(page.data.map(({ id }) => statistics(id)))
      return summary(all.filter((fields) => fields !== undefined))
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

function summary(all: readonly Readonly<Record<string, unknown>>[]): ToApp {
  const sorted = (name: string) => all.map((fields) => Number(fields[name] ?? 0)).toSorted((a, b) => a - b)
  return { p50Ms: sorted('toAppP50Ms')[all.length >> 1] ?? 0, p99Ms: sorted('toAppP99Ms').at(-1) ?? 0 }
}

/** Prometheus text: a name with its labels, and the value. */
export function parseMetrics(text: string): Map<string, number> {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}
