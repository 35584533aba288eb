import { once } from 'node:events'
import { createServer, type ServerOptions } from 'node:https'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPki, type Pki } from '@voxkeep/pki'

/** What goes wrong with the next request whose path fits: before it was acted on, or after. */
export interface PayFault {
  readonly when: 'before' | 'after'
  readonly how: 'hang' | 'reset' | 'status'
  readonly status?: number
  readonly path?: RegExp
}

export interface PayRequestSeen {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface PayReply {
  readonly status: number
  readonly json: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A payment provider's server on loopback, over HTTPS: one of the files beside this one says what it does. */
export interface PayServer extends AsyncDisposable {
  readonly origin: string
  readonly pki: Pki
  readonly requests: PayRequestSeen[]
  /** Faults for the next requests that they fit, each once. */
  readonly faults: PayFault[]
  /** Resolves when the next request was acted on and got no answer. */
  acted(): Promise<void>
}

/**
 * Serves `act`. What it does it has done, whatever becomes of the answer: that is what a payment must survive.
 */
export async function startPayServer(
  act: (request: PayRequestSeen) => PayReply,
  o: { readonly mutualTls?: boolean; readonly faultReply?: (status: number) => PayReply } = {},
): Promise<PayServer> {
  const pki = await createPki()
  const { certPem, keyPem } = await pki.issue(['localhost', '127.0.0.1'])
  const mutual: ServerOptions =
    o.mutualTls === true ? { requestCert: true, rejectUnauthorized: true, ca: pki.caPem } : {}
  const server = createServer({ cert: certPem, key: keyPem, ...mutual })
  const [requests, faults]: [PayRequestSeen[], PayFault[]] = [[], []]
  const waiting: (() => void)[] = []
  server.on('request', async (request, response) => {
    const seen = await see(request)
    requests.push(seen)
    const at = faults.findIndex(({ path }) => path === undefined || path.test(seen.url.pathname))
    const [fault] = at === -1 ? [] : faults.splice(at, 1)
    const reply = fault?.when === 'before' ? undefined : act(seen)
    if (fault === undefined) return answer(response, reply ?? { status: 500, json: {} })
    if (fault.when === 'after') for (const wake of waiting.splice(0)) wake()
    if (fault.how === 'reset') return void request.socket.destroy()
    if (fault.how === 'hang') return
    const { status = 500 } = fault
    answer(response, o.faultReply?.(status) ?? { status, json: { error: { message: 'as the test says' } } })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    pki,
    requests,
    faults,
    acted: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function see(request: IncomingMessage): Promise<PayRequestSeen> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method = '', url = '/', headers } = request
  return {
    method,
    url: new URL(url, 'https://localhost'),
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

function answer(response: ServerResponse, { status, json, headers }: PayReply): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(json))
}
