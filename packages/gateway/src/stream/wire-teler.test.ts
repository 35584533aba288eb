import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { StreamConnector, StreamOP, StreamType } from '@frejun/teler'
import { WebSocketServer, type WebSocket } from 'ws'
import { inbox } from './test-app.ts'
import { heard, json, said, testSetup, tone } from './test-wire.ts'
import { telerWire } from './wire-teler.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

test('telerWire() begins with start, and sends samples in pieces of 400 ms, or as was asked for', () => {
  const wire = telerWire(testSetup())
  const { start } = testSetup()
  assert.deepEqual(wire.begin().map(json), [
    {
      type: 'start',
      account_id: start.accountSid,
      call_app_id: 'bank',
      call_id: 'call_1',
      stream_id: start.streamSid,
      message_id: 1,
      data: { encoding: 'audio/l16', sample_rate: 8_000, channels: 1 },
    },
  ])
  const sent = Array.from({ length: 20 }, (_, i) => wire.audio('inbound', tone(20), i * 20))
  assert.deepEqual(sent.filter((piece) => piece !== undefined).length, 1)
  const { data, ...rest } = json(sent[19]) as { data: { audio_b64: string } }
  assert.deepEqual(rest, { type: 'audio', stream_id: start.streamSid, message_id: 2 })
  assert.equal(Buffer.from(data.audio_b64, 'base64').length, 6_400)
  const quick = telerWire(testSetup({ chunk_ms: 20, rate: '16k' }))
  const piece = json(quick.audio('inbound', tone(20), 0)) as { data: { audio_b64: string } }
  assert.equal(Buffer.from(piece.data.audio_b64, 'base64').length, 640)
})

test('telerWire() takes audio at the top level and in data, interrupt and clear', () => {
  const wire = telerWire(testSetup())
  const audio_b64 = base64(new Uint8Array(320))
  assert.equal(heard(said(wire, { type: 'audio', audio_b64, chunk_id: 1 })).length, 160)
  assert.equal(heard(said(wire, { type: 'audio', data: { audio_b64 } })).length, 160)
  assert.deepEqual(said(wire, { type: 'interrupt', chunk_id: 1 }), [{ kind: 'clear' }])
  assert.deepEqual(said(wire, { type: 'clear' }), [{ kind: 'clear' }])
})

test('telerWire() talks with the StreamConnector of @frejun/teler, unmodified', async () => {
  await using remote = await listen()
  await using gateway = await listen()
  const fromApp = inbox<string>()
  const connector = new StreamConnector(
    `ws://127.0.0.1:${remote.port}`,
    StreamType.BIDIRECTIONAL,
    async (message) => {
      const { type, data } = JSON.parse(textOf(message)) as { type: string; data: { audio_b64: string } }
      return type === 'audio'
        ? [JSON.stringify({ heard: data.audio_b64 }), StreamOP.RELAY]
        : ['', StreamOP.PASS]
    },
    async (message) => {
      const { heard: audio_b64 } = JSON.parse(textOf(message)) as { heard: string }
      return [JSON.stringify({ type: 'audio', audio_b64, chunk_id: 1 }), StreamOP.RELAY]
    },
  )
  // The model that the app bridges to says back what it hears.
  remote.server.on('connection', (model) =>
    model.on('message', (data: Buffer) => model.send(data.toString())),
  )
  // The app's end of the call's socket is an ordinary `ws` one; ours is its other end.
  const ours = await gateway.pair((app) => void connector.bridgeStream(app))
  ours.on('message', (data: Buffer) => fromApp.put(data.toString()))
  const wire = telerWire(testSetup({ chunk_ms: 40 }))
  for (const message of wire.begin()) ours.send(message)
  wire.audio('inbound', tone(20), 0)
  ours.send(wire.audio('inbound', tone(20), 20) ?? '')
  const back = heard(said(wire, await fromApp.take()))
  assert.equal(back.length, 320)
  assert.deepEqual(back, Uint8Array.of(...tone(20), ...tone(20)))
})

/** What both of the connector's handlers are given here. */
function textOf(message: unknown): string {
  assert.ok(typeof message === 'string')
  return message
}

async function listen() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    server,
    port,
    async pair(serve: (socket: WebSocket) => void): Promise<WebSocket> {
      const { WebSocket: Client } = await import('ws')
      server.on('connection', (socket) => serve(socket))
      const client = new Client(`ws://127.0.0.1:${port}`)
      await once(client, 'open')
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}
