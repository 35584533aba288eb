import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { placeCall } from '@voxkeep/softphone'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { readMetrics } from './support/metrics.ts'
import { connectRaw, type RawPeerOptions } from './support/raw-peer.ts'
import { assertUntouched, startSteadyCall, type SteadyCall } from './support/steady-call.ts'

const messageTimeoutMs = 1_000
const stranger = '127.0.0.2' // the deployment's trunk calls from 127.0.0.1 alone
const crowd = '127.0.0.3'
const connectionsPerSource = 40

interface Written {
  readonly callId: string
  readonly headers?: readonly string[]
  readonly body?: string
  readonly contentLength?: string
}

function request(method: string, { callId, headers = [], body = '', contentLength }: Written): string {
  return [
    `${method} sip:anybody@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bK${callId}`,
    'Max-Forwards: 70',
    'From: <sip:mallory@127.0.0.1>;tag=1',
    'To: <sip:anybody@127.0.0.1>',
    `Call-ID: ${callId}`,
    `CSeq: 1 ${method}`,
    'Contact: <sip:mallory@127.0.0.1:9;transport=tls>',
    ...headers,
    `Content-Length: ${contentLength ?? body.length}`,
    '',
    body,
  ].join('\r\n')
}

describe('hostile SIP, while a call goes on', () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let steady: SteadyCall
  let residentBytes = 0
  before(async () => {
    gateway = stack.use(
      await startGateway({
        scopes: ['calls:read', 'metrics:read'],
        configure: (settings) => {
          const limits = { messageTimeoutMs, handshakeTimeoutMs: 2_000, connectionsPerSource }
          Object.assign(settings['sip'] as object, { limits })
        },
      }),
    )
    steady = stack.use(await startSteadyCall(gateway, 'steady'))
    residentBytes = (await readMetrics(gateway))('process_resident_memory_bytes')
  })
  after(() => stack.disposeAsync())

  const tls = (options: Partial<RawPeerOptions> = {}) =>
    connectRaw({ port: gateway.sipPort, ca: gateway.deployment.caPem, ...options })
  const plain = (options: Partial<RawPeerOptions> = {}) => connectRaw({ port: gateway.sipPort, ...options })

  /** Runs an attack; returns how much a counter grew by it. */
  async function counted(name: string, label: string | undefined, attack: () => Promise<void>) {
    const earlier = (await readMetrics(gateway))(name, label)
    await attack()
    return (await readMetrics(gateway))(name, label) - earlier
  }

  /** What comes back when this is all that a peer sends, once its connection is closed for it. */
  async function answerTo(data: Uint8Array | string, options: Partial<RawPeerOptions> = {}): Promise<string> {
    using peer = await tls(options)
    peer.write(data)
    await peer.closed
    return peer.received()
  }

  test('garbage from the trunk’s own address ends its connection, unanswered', async () => {
    const grew = await counted('sip_invalid_messages_total', undefined, async () => {
      assert.equal(await answerTo(randomBytes(40_000)), '')
      assert.equal(await answerTo(Buffer.concat([randomBytes(300), Buffer.from('\r\n\r\n')])), '')
    })
    assert.equal(grew, 2)
  })

  test('headers beyond all measure end the connection, unanswered', async () => {
    const huge = [`X-Huge: ${'a'.repeat(40_000)}`]
    const many = Array.from({ length: 5_000 }, (_, index) => `X-Many: ${index}`)
    const grew = await counted('sip_invalid_messages_total', undefined, async () => {
      for (const headers of [huge, many])
        assert.equal(await answerTo(request('INVITE', { callId: `big-${headers.length}`, headers })), '')
    })
    assert.equal(grew, 2)
  })

  test('a Content-Length that cannot be is refused, and its connection ends', async () => {
    for (const contentLength of ['-1', '99999999999999999999', 'many', '1\r\nContent-Length: 2']) {
      const answer = await answerTo(request('INVITE', { callId: 'length', contentLength }))
      assert.match(answer, /^SIP\/2\.0 4(00|13) /, contentLength)
    }
  })

  test('a Content-Length that says too much or too little waits for nothing but the time-out', async () => {
    const body = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n'
    const grew = await counted('sip_connections_dropped_total', 'why="slow"', async () => {
      assert.equal(await answerTo(request('INVITE', { callId: 'more', body, contentLength: '9000' })), '')
      // What is left of the body looks like the start of another message, which never ends.
      const headers = ['Content-Type: application/sdp']
      const less = request('OPTIONS', { callId: 'less', headers, body, contentLength: '4' })
      const answer = await answerTo(less)
      assert.equal(answer.match(/^SIP\/2\.0 /gm)?.length, 1)
      assert.match(answer, /^SIP\/2\.0 200 /)
    })
    assert.equal(grew, 2)
  })

  test('plaintext SIP and HTTP on the TLS port get no SIP and no HTTP', async () => {
    const grew = await counted('sip_handshake_failures_total', 'why="plaintext"', async () => {
      for (const text of [
        request('OPTIONS', { callId: 'plain' }),
        'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
      ]) {
        using peer = await plain()
        peer.write(text)
        await peer.closed
        assert.doesNotMatch(peer.received(), /SIP|HTTP|Voxkeep/i)
      }
    })
    assert.equal(grew, 2)
  })

  test('slow loris: a trickle of bytes buys no more time than one byte', async () => {
    const grew = await counted('sip_connections_dropped_total', 'why="slow"', async () => {
      using peer = await tls()
      const bytes = request('OPTIONS', { callId: 'slow' })
      let at = 0
      const startedMs = performance.now()
      const trickle = setInterval(() => peer.write(bytes[at++ % bytes.length] ?? ''), 20)
      await peer.closed
      clearInterval(trickle)
      const tookMs = performance.now() - startedMs
      assert.ok(tookMs >= messageTimeoutMs - 50 && tookMs < messageTimeoutMs * 4, `${tookMs} ms`)
      assert.equal(peer.received(), '')
    })
    assert.equal(grew, 1)
  })

  test('a source that is no trunk learns nothing, is shown the door, and is banned when it comes back', async () => {
    const earlier = await readMetrics(gateway)
    const attempts = ['OPTIONS', 'REGISTER', 'INVITE', 'BYE', 'SUBSCRIBE']
    const probes = attempts.map((method) => request(method, { callId: method })).join('')
    let connections = 0
    for (; connections < 30; connections += 1) {
      const peer = await tls({ from: stranger }).catch(() => undefined)
      if (peer === undefined) break
      peer.write(probes)
      await peer.closed
      assert.equal(peer.received(), '')
    }
    const now = await readMetrics(gateway)
    const grew = (name: string, label?: string) => now(name, label) - earlier(name, label)
    assert.equal(connections, 10)
    assert.equal(grew('sip_connections_dropped_total', 'why="stranger"'), 10)
    assert.equal(grew('sip_stranger_messages_total'), 40)
    assert.equal(grew('sip_sources_banned_total'), 1)
    assert.equal(grew('sip_connections_refused_total', 'why="banned"'), 1)
    assert.equal(grew('sip_legs_opened_total'), 0)
    assert.equal(gateway.process.output().match(/source banned for a while/g)?.length, 1)
  })

  test('a crowd that connects and says nothing has its share of connections for as long as a handshake may take', async () => {
    const earlier = await readMetrics(gateway)
    const knocking = Array.from({ length: connectionsPerSource + 10 }, () =>
      plain({ from: crowd }).catch(() => undefined),
    )
    const peers = (await Promise.all(knocking)).filter((peer) => peer !== undefined)
    await Promise.all(peers.map((peer) => peer.closed))
    const now = await readMetrics(gateway)
    const grew = (name: string, label?: string) => now(name, label) - earlier(name, label)
    assert.equal(grew('sip_connections_refused_total', 'why="source"'), 10)
    assert.equal(grew('sip_handshake_failures_total', 'why="timeout"'), connectionsPerSource)
    assert.ok(peers.every((peer) => peer.received() === ''))
  })

  test('the call that went on has lost nothing, and another one gets through', async () => {
    await steady.lives(1)
    const hangUp = new AbortController()
    const second = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550143',
      to: 'second',
      onEvent: ({ kind }) => kind === 'heard' && hangUp.abort(),
      signal: hangUp.signal,
    })
    assert.deepEqual((await second).end, { why: 'hung-up' })
    assertUntouched(await steady.end())
  })

  test('all of it cost the log a few lines, and memory little', async () => {
    const grownBytes = (await readMetrics(gateway))('process_resident_memory_bytes') - residentBytes
    assert.ok(grownBytes < 64 * 1024 * 1024, `${grownBytes} bytes`)
    const lines = gateway.process.output().split('\n')
    const complaints = lines.filter((line) => /"level":(40|50|60)/.test(line))
    assert.ok(complaints.length <= 3, complaints.join('\n'))
    assert.ok(lines.length < 40, `${lines.length} lines`)
    assert.ok(!lines.some((line) => /mallory|anybody|X-Huge/.test(line)))
  })
})
