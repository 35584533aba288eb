import { once } from 'node:events'
import { createServer, type ServerOptions } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPki, type Pki } from '@voxkeep/pki'
import { Secret, systemClock, type AppId, type EventId } from '#kernel'
import { egressGuard } from './egress-guard.ts'
import { httpsClient } from './https-client.ts'
import type { PostDeps } from './post-signed.ts'
import type { WebhookApp } from './webhook-app.ts'

/** An app's HTTPS server on loopback, for tests. It notes each request before `answer` has its way with it. */
export interface FakeApp extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly requests: { headers: IncomingMessage['headers']; body: string; path: string }[]
  connections: number
}

export type Answer = (response: ServerResponse, request: IncomingMessage) => void

export async function startFakeApp(
  pki: Pki,
  answer: Answer,
  options: ServerOptions & { names?: string[] } = {},
): Promise<FakeApp> {
  const { certPem, keyPem } = await pki.issue(options.names ?? ['localhost', '127.0.0.1'])
  const server = createServer({ cert: certPem, key: keyPem, ...options })
  const app = { requests: [], connections: 0 } as Pick<FakeApp, 'requests' | 'connections'>
  server.on('connection', () => (app.connections += 1))
  server.on('request', async (request, response) => {
    const body = (await request.toArray()).join('')
    app.requests.push({ headers: request.headers, body, path: request.url ?? '' })
    answer(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return Object.assign(app, {
    port,
    url: `https://localhost:${port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  })
}

export const fakeSecret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

/** An app that trusts `pki` and signs with `fakeSecret`. */
export function fakeWebhookApp(pki: Pki, url: string, more: Partial<WebhookApp> = {}): WebhookApp {
  const secrets = [new Secret(fakeSecret)]
  const tls = { ca: pki.caPem }
  return {
    id: 'app' as AppId,
    url,
    fallbackUrl: undefined,
    eventsUrl: url,
    secrets,
    timeoutMs: 5_000,
    tls,
    ...more,
  }
}

/** What `decide` needs, with loopback opened and every name leading there. */
export function loopbackDeps(clock = systemClock): PostDeps & Disposable {
  const guard = egressGuard({
    allowPrivate: ['127.0.0.0/8'],
    lookup: async () => [{ address: '127.0.0.1', family: 4 }],
  })
  const client = httpsClient({ guard, clock })
  return { client, clock, [Symbol.dispose]: () => client[Symbol.dispose]() }
}

export const fakeEvent = {
  id: 'evt_0123456789abcdef0123456789abcdef' as EventId,
  type: 'call.incoming',
  data: { call_id: 'call_1' },
}

export const testPki: Promise<Pki> = createPki()
