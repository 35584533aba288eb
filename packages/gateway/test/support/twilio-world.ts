import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, type AppConfig, type CallId, type Clock, type EventId } from '#kernel'
import { silentLog, systemClock } from '#kernel'
import type { Decision } from '#call'
import { egressGuard, httpsClient, type Delivery, type ReadyRequest } from '#webhook'
import type { Pki } from '@voxkeep/pki'
import { openApp } from '#src/open-app.ts'
import { fakeAppConfig } from '#src/call/fake-app-config.ts'
import { fakeSecret, startFakeApp, type FakeApp } from '#src/webhook/fake-app-server.ts'

export const twilioToken = '0123456789abcdef0123456789abcdef'

export interface TwilioWorldOptions {
  readonly clock?: Clock
  readonly twilio?: Partial<NonNullable<AppConfig['twilio']>>
  /** Beside `url`. */
  readonly webhook?: Partial<AppConfig['webhook']>
  readonly secrets?: Record<string, string>
  readonly path?: string
  readonly allowPrivate?: readonly string[]
  readonly connectTo?: Record<string, string>
  readonly ca?: string
  readonly checkRegion?: (url: string) => void
}

/** An app of ours that speaks Twilio's dialect, and the server behind it. */
export interface TwilioWorld extends AsyncDisposable {
  readonly server: FakeApp
  readonly url: string
  readonly app: ReturnType<typeof openApp>
  readonly sent: (ReadyRequest & { type: string })[]
  readonly told: { type: string; data: object }[]
  readonly deliveries: Delivery[]
  readonly faults: Record<string, unknown>[]
  readonly secrets: Record<string, string>
  ask(more?: Partial<Question>): Promise<Decision>
}

type Question = Parameters<ReturnType<typeof openApp>['decide']>[0]

export const callId = 'call_018bcfe568000123456789abcdef0123' as CallId
export const incoming = {
  call_id: callId,
  direction: 'inbound',
  from: '+12125550100',
  to: '+12125550199',
  state: 'ringing',
}

/** `answer` is the app's; what it says is relative to `https://localhost:PORT`. */
export async function twilioWorld(
  pki: Pki,
  answer: (response: ServerResponse, request: IncomingMessage) => void,
  o: TwilioWorldOptions = {},
): Promise<TwilioWorld> {
  const server = await startFakeApp(pki, answer)
  const dir = mkdtempSync(join(tmpdir(), 'twilio-world-'))
  const caFile = join(dir, 'ca.pem')
  writeFileSync(caFile, o.ca ?? pki.caPem)
  const url = `https://localhost:${server.port}${o.path ?? '/voice'}`
  const base = fakeAppConfig(false, 0)
  const config: AppConfig = {
    ...base,
    dialect: 'twilio',
    webhook: { ...base.webhook, url, secrets: ['signing'], caFile, ...o.webhook },
    twilio: {
      authTokens: ['token'],
      method: 'POST',
      fallbackMethod: 'POST',
      timeoutMs: 15_000,
      strict: false,
      voices: {},
      paymentConnectors: {},
      ...o.twilio,
    },
  }
  const clock = o.clock ?? systemClock
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }]
  const { allowPrivate = ['127.0.0.0/8'], connectTo = {} } = o
  const guard = egressGuard({ allowPrivate, connectTo, lookup })
  const client = httpsClient({ guard, clock })
  const sent: TwilioWorld['sent'] = []
  const told: TwilioWorld['told'] = []
  const deliveries: Delivery[] = []
  const faults: Record<string, unknown>[] = []
  const secrets: Record<string, string> = {
    token: twilioToken,
    next: 'f'.repeat(32),
    signing: fakeSecret,
    ...o.secrets,
  }
  let chance = 0
  const app = openApp(config, {
    clock,
    client,
    guard,
    random: { bytes: (count) => new Uint8Array(count).fill((chance += 1)) },
    log: { ...silentLog, warn: (message, fields) => void faults.push({ message, ...fields }) },
    count: () => {},
    outbox: {
      enqueue: async (event) => (told.push({ type: event.type, data: event.data }), event.id),
      send: async (event, request) => (sent.push({ type: event.type, ...request }), event.id),
      redeliver: async () => false,
      idle: async () => {},
      [Symbol.asyncDispose]: async () => {},
    },
    readSecret: (reference) => new Secret(secrets[reference] ?? ''),
    onDelivery: (delivery) => deliveries.push(delivery),
    checkRegion: o.checkRegion ?? (() => {}),
  })
  let count = 0
  return {
    server,
    url,
    app,
    sent,
    told,
    deliveries,
    faults,
    secrets,
    ask(more = {}) {
      const id = `evt_${String((count += 1)).padStart(32, '0')}` as EventId
      const question = { id, type: 'call.incoming', call: callId, data: incoming, ...more }
      return app.decide(question, new AbortController().signal)
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]()
      rmSync(dir, { recursive: true, force: true })
      await server[Symbol.asyncDispose]()
    },
  }
}
