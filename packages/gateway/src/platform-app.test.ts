import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { decisionAnswer, type CallCommand } from '#call'
import {
  fakeClock,
  parseConfig,
  Secret,
  silentLog,
  type CallId,
  type EventId,
  type StreamId,
  type WireName,
} from '#kernel'
import { wireFault } from '#stream'
import type { HttpsRequest } from '#webhook'
import type { DialectAppDeps } from './dialect-app.ts'
import { openApp } from './open-app.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const answered: Readonly<Record<string, object | string>> = {
  teler: { action: 'stream', ws_url: 'wss://a.example/ws', chunk_size: 400, sample_rate: '16k' },
  telnyx: '<Response><Say>Hi</Say><Connect><Stream url="wss://a.example/ws"/></Connect></Response>',
  plivo:
    '<Response><Stream bidirectional="true" contentType="audio/x-l16;rate=16000">wss://a.example/ws</Stream></Response>',
  exotel: { url: 'wss://a.example/ws?sample-rate=16000' },
  vonage: [
    {
      action: 'connect',
      endpoint: [{ type: 'websocket', uri: 'wss://a.example/ws', 'content-type': 'audio/l16;rate=16000' }],
    },
  ],
  jambonz: [{ verb: 'listen', url: 'wss://a.example/ws', sampleRate: 16_000 }],
}

function opened(
  dialect: string,
  answers: readonly (object | string | number)[],
  warn: (message: string, fields?: object) => void = () => {},
  more: object = {},
) {
  const webhook = {
    url: 'https://a.example/voice',
    fallbackUrl: 'https://b.example/voice',
    secrets: ['env:S'],
  }
  const config = parseConfig(
    JSON.stringify({
      dataDir: '/d',
      sip: { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] },
      apps: [{ id: 'app', dialect, webhook, ...more }],
    }),
    'c',
  )
  const requests: HttpsRequest[] = []
  const clock = fakeClock(Date.now())
  const deps = {
    clock,
    random: { bytes: (count: number) => new Uint8Array(count) },
    log: { ...silentLog, warn },
    count: () => {},
    readSecret: () => new Secret(secret),
    onDelivery: () => {},
    checkRegion: () => {},
    guard: { resolve: async () => ({ address: '127.0.0.1', family: 4 }) },
    outbox: {},
    client: {
      exchange: async (request: HttpsRequest) => {
        const answer = answers[Math.min(requests.push(request) - 1, answers.length - 1)]
        if (typeof answer === 'number')
          return { ok: true, status: answer, headers: {}, body: new Uint8Array() }
        const body = new TextEncoder().encode(typeof answer === 'string' ? answer : JSON.stringify(answer))
        return { ok: true, status: 200, headers: {}, body }
      },
    },
  } as unknown as DialectAppDeps
  const [app] = config.apps
  assert.ok(app)
  const stream = () => openApp(app, deps).prepareStream('wss://a.example/ws', 'strm_1' as StreamId)
  const ask = () =>
    openApp(app, deps).decide(
      {
        id: 'evt_1' as EventId,
        type: 'call.incoming',
        call: 'call_0192c0ffee7d7aa08bd1c0ffee5eed00' as CallId,
        data: { direction: 'inbound', from: '+12125550100', to: '+12125550199' },
      },
      new AbortController().signal,
    )
  return { ask, stream, requests, nowS: () => clock.now() / 1_000 }
}

const streamOf = (commands: readonly CallCommand[]) => commands.find((command) => command.type === 'stream')

for (const [dialect, answer] of Object.entries(answered)) {
  test(`openApp() asks a ${dialect} app with our signature alone, and gets a stream that its wire can speak`, async () => {
    const { ask, requests } = opened(dialect, [answer])
    const decision = await ask()
    assert.ok(decision.ok)
    const stream = streamOf(decisionAnswer.parse(decision.answer))
    assert.equal(stream?.url, 'wss://a.example/ws')
    assert.equal(wireFault(stream.wire ?? (dialect as WireName), stream.options, stream.direction), undefined)
    const [request] = requests
    const { body = new Uint8Array(), headers } = request ?? {}
    new Webhook(secret).verify(Buffer.from(body).toString(), { ...headers }, { jsonParse: false })
    const signatures = Object.keys(headers ?? {}).filter((name) => /sign/i.test(name))
    assert.deepEqual(signatures, ['webhook-signature'])
  })
}

test('openApp() signs as the platform does too, where the app has a secret for that: each request, and of the upgrades Plivo’s', async () => {
  const platform = { secrets: ['env:T'] }
  for (const [dialect, header, upgrade] of [
    [
      'plivo',
      'x-plivo-signature-v3',
      ['webhook-signature', 'x-plivo-signature-ma-v3', 'x-plivo-signature-v3', 'x-plivo-signature-v3-nonce'],
    ],
    ['vonage', 'authorization', ['webhook-signature']],
    ['jambonz', 'jambonz-signature', ['webhook-signature']],
  ] as const) {
    const { ask, stream, requests } = opened(dialect, [answered[dialect] ?? ''], () => {}, { platform })
    assert.ok((await ask()).ok)
    const { body = new Uint8Array(), headers = {} } = requests[0] ?? {}
    new Webhook(secret).verify(Buffer.from(body).toString(), { ...headers }, { jsonParse: false })
    assert.ok(header in headers, dialect)
    const upgraded = Object.keys((await stream()).headers).filter((name) => /sign/i.test(name))
    assert.deepEqual(upgraded.sort(), upgrade)
  }
})

test('openApp() asks the fallback address of a platform’s app that fails or makes no sense', async () => {
  for (const wrong of [500, 302, 'not a flow']) {
    const { ask, requests } = opened('teler', [wrong, { action: 'hangup' }])
    const decision = await ask()
    assert.deepEqual(
      requests.map(({ url }) => url),
      ['https://a.example/voice', 'https://b.example/voice'],
    )
    assert.deepEqual(decision.ok && decision.answer, { actions: [{ type: 'hangup' }] })
  }
})

test('openApp() notes what an app’s answer has wrong in few words, however many the app made', async () => {
  const noted: string[] = []
  const note = (_: string, fields: { message?: string } = {}) => void noted.push(String(fields.message))
  const long = 'x'.repeat(60_000)
  await opened('plivo', [`<Response><${long}/><Hangup/></Response>`], note).ask()
  await opened(
    'jambonz',
    [[{ ...(answered['jambonz'] as [object])[0], metadata: { [long]: '1' } }]],
    note,
  ).ask()
  assert.equal(noted.length, 2)
  for (const message of noted) assert.ok(message.length <= 300, String(message.length))
})
