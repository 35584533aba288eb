import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { isIncomingCall, type CallCommand, type CallDetail, type WebhookEvent } from '@voxkeep/sdk'
import { placeCall, type CallResult } from '@voxkeep/softphone'
import type { WebSocket } from 'ws'
import type { SecurityReceipt } from '#call'
import type { StreamStats } from '#media'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { readMetrics } from './support/metrics.ts'
import { assertUntouched, startSteadyCall, type SteadyCall } from './support/steady-call.ts'

const webhookTimeoutMs = 1_500
const mebibyte = 1024 * 1024

interface Misanswer {
  readonly what: string
  readonly answer: (response: ServerResponse) => void
  readonly outcome: string
  readonly status?: number
  /** In the first fault that the app is told of. */
  readonly fault?: RegExp
}

/** By the name that is called. */
const misanswers: Readonly<Record<string, Misanswer>> = {
  status: {
    what: 'answers 500',
    answer: (response) => response.writeHead(500).end('{"actions":[]}'),
    outcome: 'status',
    status: 500,
  },
  redirect: {
    what: 'redirects',
    answer: (response) => response.writeHead(307, { location: 'https://169.254.169.254/' }).end(),
    outcome: 'status',
    status: 307,
  },
  silent: { what: 'never answers', answer: () => {}, outcome: 'timeout' },
  broken: {
    what: 'answers with broken JSON',
    answer: (response) => response.end('{"actions":[{"type":"answer"}'),
    outcome: 'not-json',
    status: 200,
  },
  unknown: {
    what: 'answers with a command that there is not',
    answer: (response) => response.end('{"actions":[{"type":"answer"},{"type":"transmogrify"}]}'),
    outcome: 'not-understood',
    fault: /actions\.1\.type/,
  },
  huge: {
    what: 'answers with a body of 10 MiB',
    answer: (response) => response.end(`{"actions":[],"x":"${'x'.repeat(10 * mebibyte)}"}`),
    outcome: 'too-long',
  },
  gone: { what: 'hangs up on the webhook', answer: (response) => response.destroy(), outcome: 'body' },
}

interface Misstream {
  readonly what: string
  /** What the app does with a stream; the first stream of a call is number 0. */
  readonly behave?: (socket: WebSocket, number: number) => void
  /** Where the app wants the stream to go; default: to itself. */
  readonly url?: () => string
  /** How each stream of the call ended. */
  readonly ends: readonly SecurityReceipt['streams'][number]['end'][]
  readonly event: 'stream.failed' | 'stream.ended'
  readonly reason: string
  /** Warnings in the call's story. */
  readonly warnings?: readonly string[]
  readonly story?: readonly string[]
  /** What the last stream's statistics must say. */
  readonly counted?: Partial<StreamStats>
}

const closeSoon = (socket: WebSocket) => socket.once('message', () => socket.close(1_000))
const send = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message))
let impostorPort = 0
let gateway: GatewayProcess

/** By the name that is called. */
const misstreams: Readonly<Record<string, Misstream>> = {
  'huge-frames': {
    what: 'sends a frame of 2 MiB',
    behave: (socket) => socket.send('x'.repeat(2 * mebibyte)),
    ends: ['protocol'],
    event: 'stream.failed',
    reason: 'protocol',
  },
  'broken-json': {
    what: 'sends broken JSON, unknown events and marks without a name',
    behave(socket) {
      for (const text of ['{"event":"media"', 'null', '[]', '{"event":"explode"}', '{"event":"mark"}'])
        socket.send(text)
      closeSoon(socket)
    },
    ends: ['closed-by-app'],
    event: 'stream.ended',
    reason: 'closed-by-app',
    warnings: ['app-message-ignored'],
    counted: { messagesIgnored: 5 },
  },
  'binary-frames': {
    what: 'sends binary frames',
    behave(socket) {
      for (let index = 0; index < 5; index += 1) socket.send(new Uint8Array(320))
      closeSoon(socket)
    },
    ends: ['closed-by-app'],
    event: 'stream.ended',
    reason: 'closed-by-app',
    warnings: ['app-message-ignored'],
    counted: { messagesIgnored: 5 },
  },
  'too-much-audio': {
    what: 'sends more audio than may wait for the caller',
    behave(socket) {
      const payload = Buffer.alloc(8_000, 0x55).toString('base64')
      for (let second = 0; second < 30; second += 1) send(socket, { event: 'media', media: { payload } })
      closeSoon(socket)
    },
    ends: ['closed-by-app'],
    event: 'stream.ended',
    reason: 'closed-by-app',
    warnings: ['app-buffer-full'],
    counted: { messagesIgnored: 0 },
  },
  closes: {
    what: 'closes in mid-call',
    behave: closeSoon,
    ends: ['closed-by-app'],
    event: 'stream.ended',
    reason: 'closed-by-app',
  },
  breaks: {
    what: 'breaks the connection, and closes the one that is made after it',
    behave: (socket, number) =>
      number === 0 ? socket.once('message', () => socket.terminate()) : closeSoon(socket),
    ends: ['lost', 'closed-by-app'],
    event: 'stream.failed',
    reason: 'lost',
    story: ['stream.reconnecting'],
  },
  'never-pongs': {
    what: 'never pongs, nor reads anything else',
    behave: (socket) => socket.pause(),
    ends: ['lost', 'lost'],
    event: 'stream.failed',
    reason: 'lost',
    story: ['stream.reconnecting'],
  },
  refuses: {
    what: 'names an address that answers the upgrade with something else',
    url: () => `wss://127.0.0.1:${gateway.apiPort}/v1/health`,
    ends: ['refused'],
    event: 'stream.failed',
    reason: 'refused',
  },
  nobody: {
    what: 'names an address where nobody listens',
    url: () => 'wss://127.0.0.1:9/',
    ends: ['unreachable'],
    event: 'stream.failed',
    reason: 'unreachable',
  },
  impostor: {
    what: 'names an address whose certificate is from somebody else’s authority',
    url: () => `wss://127.0.0.1:${impostorPort}/`,
    ends: ['untrusted'],
    event: 'stream.failed',
    reason: 'untrusted',
  },
  private: {
    what: 'names a private address that nobody allowed',
    url: () => 'wss://10.11.12.13/stream',
    ends: ['blocked'],
    event: 'stream.failed',
    reason: 'blocked',
  },
  metadata: {
    what: 'names the cloud’s metadata service in disguise',
    url: () => 'wss://[::ffff:a9fe:a9fe]/latest',
    ends: ['blocked'],
    event: 'stream.failed',
    reason: 'blocked',
  },
}

describe('a hostile app, while a call of another kind goes on', () => {
  const stack = new AsyncDisposableStack()
  const streamsOf = new Map<string, number>()
  let steady: SteadyCall
  before(async () => {
    impostorPort = await startImpostor(stack)
    gateway = stack.use(
      await startGateway({
        scopes: ['calls:read', 'metrics:read'],
        decide: (event, ownUrl) => decide(event, ownUrl),
        intercept: (event, response) => {
          const misanswer = isIncomingCall(event) ? misanswers[event.data.to] : undefined
          misanswer?.answer(response)
          return misanswer !== undefined
        },
        takeStream: (to, socket) => {
          const number = streamsOf.get(to) ?? 0
          streamsOf.set(to, number + 1)
          misstreams[to]?.behave?.(socket, number)
          return misstreams[to] !== undefined
        },
        configure: ({ apps: [app] }) => {
          Object.assign(app?.['webhook'] as object, { timeoutMs: webhookTimeoutMs })
          Object.assign(app?.['stream'] as object, {
            pingIntervalMs: 500,
            pongTimeoutMs: 1_500,
            maxBufferedMs: 2_000,
            reconnect: { attempts: 1, delayMs: 50 },
          })
          Object.assign(app ?? {}, { fallback: { reject: true } })
        },
      }),
    )
    steady = stack.use(await startSteadyCall(gateway, 'steady'))
  })
  after(() => stack.disposeAsync())

  function decide(event: WebhookEvent, ownUrl: string): CallCommand[] {
    const to = isIncomingCall(event) ? event.data.to : ''
    return [{ type: 'answer' }, { type: 'stream', url: misstreams[to]?.url?.() ?? ownUrl }]
  }

  /** Calls, waits for the end that the gateway makes, and returns all that is kept of it. */
  async function callTo(
    to: string,
  ): Promise<{ phone: CallResult; kept: CallDetail; receipt: SecurityReceipt }> {
    const { sipPort: port, deployment, app, api } = gateway
    const caller = { host: '127.0.0.1', port, ca: deployment.caPem, from: '+12025550143', to }
    const phone = await placeCall({ ...caller, signal: AbortSignal.timeout(20_000) })
    await app.call(to).told('call.ended')
    const kept = await api.calls.get(await app.call(to).id())
    return { phone, kept, receipt: kept.receipt as SecurityReceipt }
  }
  const lines = ({ story }: CallDetail, kind: string) =>
    story.filter((line) => line.kind === kind).map(({ fields }) => fields)

  for (const [to, { what, outcome, status, fault }] of Object.entries(misanswers)) {
    test(`an app that ${what} is told and kept as "${outcome}", and the call is refused`, async () => {
      const { phone, kept, receipt } = await callTo(to)
      assert.deepEqual(phone.end.why === 'rejected' && phone.end.status, 503)
      assert.equal(kept.end_reason, 'app-failed')
      const [decision] = lines(kept, 'decision')
      assert.deepEqual([decision?.['outcome'], decision?.['status']], [outcome, status])
      const told = await gateway.app.call(to).told('call.decision_failed')
      assert.deepEqual([told['decision'], told['reason']], ['call.incoming', outcome])
      if (fault) assert.match(JSON.stringify(told['faults']), fault)
      assert.deepEqual(
        receipt.webhooks.map((webhook) => webhook.outcome),
        [outcome],
      )
    })
  }

  for (const [to, expected] of Object.entries(misstreams)) {
    test(`an app that ${expected.what} is told and kept as "${expected.reason}"`, async () => {
      const { phone, kept, receipt } = await callTo(to)
      assert.deepEqual(phone.end, { why: 'remote-hung-up' })
      assert.equal(kept.end_reason, 'app-finished')
      assert.deepEqual(
        receipt.streams.map(({ end }) => end),
        expected.ends,
      )
      assert.equal((await gateway.app.call(to).told(expected.event))['reason'], expected.reason)
      const warned = new Set(lines(kept, 'warning').map(({ code }) => code))
      assert.deepEqual([...warned], expected.warnings ?? [])
      assert.partialDeepStrictEqual(receipt.streams.at(-1)?.stats ?? {}, expected.counted ?? {})
      for (const kind of expected.story ?? []) assert.equal(lines(kept, kind).length, 1, kind)
      const closed = lines(kept, 'stream.closed').map(({ why }) => why)
      assert.deepEqual(closed, expected.ends)
    })
  }

  test('the call of the other kind has lost nothing, and memory is bounded', async () => {
    await steady.lives(1)
    const metric = await readMetrics(gateway)
    assertUntouched(await steady.end())
    assert.ok(metric('process_resident_memory_bytes') < 700 * mebibyte)
    for (const { outcome } of Object.values(misanswers))
      assert.ok(metric('decisions_total', `outcome="${outcome}"`) >= 1, outcome)
    for (const end of new Set(Object.values(misstreams).flatMap(({ ends }) => ends)))
      assert.ok(metric('streams_ended_total', `why="${end}"`) >= 1, String(end))
  })
})

/** A server with a certificate for the right address, from an authority that the gateway does not trust. */
async function startImpostor(stack: AsyncDisposableStack): Promise<number> {
  const { certPem: cert, keyPem: key } = await (await createPki()).issue(['127.0.0.1'])
  const server = createServer({ cert, key })
  server.on('tlsClientError', () => {})
  server.on('upgrade', () => assert.fail('it was taken for the app'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => void server.close())
  return (server.address() as AddressInfo).port
}
