import type { IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface Sent {
  readonly token?: string
  readonly headers?: Record<string, string>
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown
}

export interface Received {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly json: {
    readonly [name: string]: unknown
    readonly data: Record<string, unknown>[]
    readonly code: number
  }
}

/** Speaks to an API on loopback, whose certificate chains to `ca`. */
export async function send(
  { port, ca }: { readonly port: number; readonly ca: string },
  method: string,
  path: string,
  sent: Sent = {},
): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>()
  const isText = typeof sent.body === 'string'
  const headers = {
    ...(sent.token !== undefined && { authorization: `Bearer ${sent.token}` }),
    ...(sent.body !== undefined && !isText && { 'content-type': 'application/json' }),
    ...sent.headers,
  }
  const request = httpsRequest({
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    method,
    path,
    headers,
    ca,
    agent: false,
  })
  request.on('error', reject)
  request.on('response', (response) => {
    response.toArray().then((chunks) => {
      const bytes = Buffer.concat(chunks as Buffer[])
      const isJson = /[/+]json/.test(response.headers['content-type'] ?? '')
      const json = (isJson ? JSON.parse(bytes.toString()) : {}) as Received['json']
      resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, json })
    }, reject)
  })
  request.end(sent.body === undefined || isText ? sent.body : JSON.stringify(sent.body))
  return promise
}
