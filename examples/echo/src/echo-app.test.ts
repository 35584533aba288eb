import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpsRequest } from 'node:https'
import { test, type TestContext } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { Webhook } from 'standardwebhooks'
import { WebSocket } from 'ws'
import { startEchoApp, type EchoApp } from './index.ts'

const secret = `whsec_${randomBytes(32).toString('base64')}`
const pki = await createPki()
const { certPem, keyPem } = await pki.issue(['127.0.0.1'])

interface Action {
  readonly type: string
  readonly url?: string
  readonly wire?: string
  readonly parameters?: Record<string, string>
}

async function app(t: TestContext, o: { record?: boolean } = {}): Promise<EchoApp> {
  const started = await startEchoApp({
    port: 0,
    cert: certPem,
    key: keyPem,
    secrets: [secret],
    wire: 'twilio',
    ...o,
  })
  t.after(() => started[Symbol.asyncDispose]())
  return started
}

function sign(id: string, payload: string, by = secret): Record<string, string> {
  const now = new Date()
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(by).sign(id, now, payload),
  }
}

async function post(url: string, body: string, headers: Record<string, string>) {
  const request = httpsRequest(url, { method: 'POST', ca: pki.caPem, headers, agent: false })
  request.end(body)
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return { status: response.statusCode, body: Buffer.concat(chunks).toString() }
}

function open(url: string, headers: Record<string, string>): WebSocket {
  return new WebSocket(url, { ca: pki.caPem, headers, perMessageDeflate: false })
}

async function incomingAnswer(started: EchoApp): Promise<Action[]> {
  const answer = await post(started.webhookUrl, incoming, sign('evt_1', incoming))
  assert.equal(answer.status, 200)
  return (JSON.parse(answer.body) as { actions: Action[] }).actions
}

async function stream(started: EchoApp): Promise<WebSocket> {
  const action = (await incomingAnswer(started)).at(-1)
  const socket = open(started.streamUrl, sign('strm_1', started.streamUrl))
  await once(socket, 'open')
  socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
  const start = { streamSid: 'MZ1', callSid: 'CA1', customParameters: action?.parameters }
  socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid: 'MZ1' }))
  return socket
}

async function nextMessage(socket: WebSocket): Promise<unknown> {
  const [data] = (await once(socket, 'message')) as [Buffer]
  return JSON.parse(data.toString())
}

const incoming = JSON.stringify({
  type: 'call.incoming',
  timestamp: '2026-01-01T00:00:00Z',
  data: { call_id: 'c' },
})

test('startEchoApp() answers a signed call with a stream to itself', async (t) => {
  const started = await app(t)
  const [answer, stream] = await incomingAnswer(started)
  assert.deepEqual(answer, { type: 'answer' })
  assert.deepEqual([stream?.type, stream?.url, stream?.wire], ['stream', started.streamUrl, 'twilio'])
  assert.equal(started.stats.calls, 1)
})

test('startEchoApp() records when told to', async (t) => {
  const started = await app(t, { record: true })
  assert.deepEqual((await incomingAnswer(started))[1], { type: 'record', action: 'start' })
})

test('startEchoApp() takes note of an event without answering it', async (t) => {
  const started = await app(t)
  const ended = JSON.stringify({ type: 'call.ended', timestamp: '2026-01-01T00:00:00Z', data: {} })
  assert.deepEqual(await post(started.webhookUrl, ended, sign('evt_2', ended)), { status: 204, body: '' })
  assert.equal(started.stats.webhooks, 1)
  assert.equal(started.stats.calls, 0)
})

test('startEchoApp() refuses webhooks that are unsigned, signed by another, or too long', async (t) => {
  const started = await app(t)
  const other = `whsec_${randomBytes(32).toString('base64')}`
  assert.equal((await post(started.webhookUrl, incoming, {})).status, 401)
  assert.equal((await post(started.webhookUrl, incoming, sign('evt_1', incoming, other))).status, 401)
  assert.equal((await post(started.webhookUrl, ' '.repeat(300_000), {})).status, 413)
  assert.equal((await post(`${started.webhookUrl}/x`, incoming, sign('evt_1', incoming))).status, 404)
  assert.equal(started.stats.refused, 2)
  assert.equal(started.stats.webhooks, 0)
})

test('startEchoApp() refuses streams that are unsigned or signed for another address', async (t) => {
  const started = await app(t)
  for (const headers of [{}, sign('strm_1', 'wss://elsewhere.example/stream')]) {
    const [error] = (await once(open(started.streamUrl, headers), 'error')) as [Error]
    assert.match(error.message, /403/)
  }
  const wrongPath = open(`${started.streamUrl}s`, sign('strm_1', started.streamUrl))
  assert.match(((await once(wrongPath, 'error')) as [Error])[0].message, /404/)
  assert.deepEqual([started.stats.refused, started.stats.streams], [3, 0])
})

test('startEchoApp() sends the caller’s audio back, byte for byte', async (t) => {
  const started = await app(t)
  const socket = await stream(started)
  const payload = randomBytes(160).toString('base64')
  const media = { track: 'inbound', chunk: '1', timestamp: '0', payload }
  socket.send(JSON.stringify({ event: 'media', sequenceNumber: '2', media, streamSid: 'MZ1' }))
  assert.deepEqual(await nextMessage(socket), { event: 'media', streamSid: 'MZ1', media: { payload } })
  assert.deepEqual([started.stats.framesIn, started.stats.framesOut], [1, 1])
})

test('startEchoApp() says how far apart the audio came', async (t) => {
  const started = await app(t)
  const socket = await stream(started)
  const media = { track: 'inbound', chunk: '1', timestamp: '0', payload: 'AAAA' }
  for (let frame = 0; frame < 3; frame++) {
    socket.send(JSON.stringify({ event: 'media', sequenceNumber: '2', media, streamSid: 'MZ1' }))
    await nextMessage(socket)
  }
  const { count, p50Ms, maxMs } = started.takeGaps()
  assert.equal(count, 2)
  assert.ok(p50Ms > 0 && p50Ms <= maxMs)
  assert.equal(started.takeGaps().count, 0)
})

test('startEchoApp() streams a call of its own that somebody took', async (t) => {
  const started = await app(t, { record: true })
  const connected = incoming.replace('call.incoming', 'call.connected')
  const { body } = await post(started.webhookUrl, connected, sign('evt_1', connected))
  const { actions } = JSON.parse(body) as { actions: Action[] }
  assert.deepEqual(
    actions.map(({ type }) => type),
    ['record', 'stream'],
  )
})

test('startEchoApp() does not send back what the caller hears', async (t) => {
  const started = await app(t)
  const socket = await stream(started)
  const media = { track: 'outbound', chunk: '1', timestamp: '0', payload: 'AAAA' }
  socket.send(JSON.stringify({ event: 'media', sequenceNumber: '2', media, streamSid: 'MZ1' }))
  socket.send('{"event":"dtmf","streamSid":"MZ1","dtmf":{"track":"inbound_track","digit":"#"}}')
  assert.equal(((await nextMessage(socket)) as { event: string }).event, 'mark')
  assert.deepEqual([started.stats.framesIn, started.stats.framesOut], [1, 0])
})

test('startEchoApp() clears on * and marks on #', async (t) => {
  const started = await app(t)
  const socket = await stream(started)
  const press = (digit: string) =>
    socket.send(JSON.stringify({ event: 'dtmf', streamSid: 'MZ1', dtmf: { track: 'inbound_track', digit } }))
  press('*')
  assert.deepEqual(await nextMessage(socket), { event: 'clear', streamSid: 'MZ1' })
  press('#')
  assert.deepEqual(await nextMessage(socket), { streamSid: 'MZ1', event: 'mark', mark: { name: 'heard' } })
  socket.send('{"event":"mark","streamSid":"MZ1","mark":{"name":"heard"}}')
  press('#')
  await nextMessage(socket)
  assert.deepEqual([started.stats.digits, started.stats.marks], [3, 1])
})
