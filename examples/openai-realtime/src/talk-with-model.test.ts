import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { ulaw } from '@voxkeep/sdk'
import { startApp, type RunningApp } from '@voxkeep/sdk/node'
import { Webhook } from 'standardwebhooks'
import { WebSocket, WebSocketServer } from 'ws'
import { startMockModel } from './mock-model.ts'
import { talkWithModel } from './talk-with-model.ts'

const secret = `whsec_${randomBytes(32).toString('base64')}`
const pki = await createPki()
const { certPem, keyPem } = await pki.issue(['127.0.0.1'])

function startExample(url: string): Promise<RunningApp> {
  return startApp({
    settings: { port: 0, cert: certPem, key: keyPem, secrets: [secret] },
    sockets: new WebSocketServer({ noServer: true }),
    tokens: false,
    on: () => ({}),
    onConversation: (conversation) =>
      talkWithModel(conversation, { url, apiKey: 'k', instructions: 'Be brief.', voice: 'verse' }),
  })
}

interface GatewayMessage {
  readonly event: string
  readonly media?: { readonly payload: string }
}

/** A gateway's end of a stream. */
async function dial(app: RunningApp) {
  const now = new Date()
  const headers = {
    'webhook-id': 'strm_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('strm_1', now, app.streamUrl),
  }
  const socket = new WebSocket(app.streamUrl, { ca: pki.caPem, headers })
  const heard: GatewayMessage[] = []
  let changed = Promise.withResolvers<void>()
  socket.on('message', (data: Buffer) => {
    heard.push(JSON.parse(data.toString()) as GatewayMessage)
    changed.resolve()
    changed = Promise.withResolvers()
  })
  await once(socket, 'open')
  const start = { streamSid: 'MZ1', callSid: 'CA1', accountSid: 'AC1', customParameters: {} }
  socket.send(JSON.stringify({ event: 'start', streamSid: 'MZ1', start }))
  return {
    socket,
    say(samples: Int16Array) {
      const payload = Buffer.from(ulaw.encode(samples)).toString('base64')
      socket.send(JSON.stringify({ event: 'media', media: { track: 'inbound', timestamp: '0', payload } }))
    },
    playedMs: () =>
      heard.reduce(
        (ms, { media }) => ms + (media === undefined ? 0 : Buffer.from(media.payload, 'base64').length / 8),
        0,
      ),
    heard,
    async until(probe: () => boolean) {
      while (!probe()) await changed.promise
    },
  }
}

const loud = Int16Array.from({ length: 160 }, (_, index) => Math.round(9_000 * Math.sin(index / 2)))
const quiet = new Int16Array(160)

test('talkWithModel() plays what the model says, lets the caller cut in, and says how much was heard', async () => {
  await using model = await startMockModel()
  await using app = await startExample(model.url)
  const gateway = await dial(app)
  await gateway.until(() => gateway.playedMs() === 1_000) // the greeting, a second of it
  for (let frame = 0; frame < 10; frame++) gateway.say(quiet)
  for (let frame = 0; frame < 25; frame++) gateway.say(loud)
  await gateway.until(() => gateway.heard.some(({ event }) => event === 'clear'))
  for (let frame = 0; frame < 50; frame++) gateway.say(quiet)
  await gateway.until(() => gateway.playedMs() > 1_500) // its answer
  const truncate = model.events.find(({ type }) => type === 'conversation.item.truncate')
  assert.equal(truncate?.item_id, 'item_1')
  assert.ok((truncate?.audio_end_ms ?? -1) >= 0 && (truncate?.audio_end_ms ?? 1_000) < 1_000)
  assert.deepEqual(
    model.events.slice(0, 2).map(({ type }) => type),
    ['session.update', 'response.create'],
  )
  gateway.socket.close()
  await once(gateway.socket, 'close')
})

test('talkWithModel() ends the stream when there is no model', async () => {
  const model = await startMockModel()
  const { url } = model
  await model[Symbol.asyncDispose]()
  const errors: unknown[] = []
  await using app = await startApp({
    settings: { port: 0, cert: certPem, key: keyPem, secrets: [secret] },
    sockets: new WebSocketServer({ noServer: true }),
    tokens: false,
    on: () => ({}),
    onError: (error) => errors.push(error),
    onConversation: (conversation) =>
      talkWithModel(conversation, { url, apiKey: 'k', instructions: '', voice: '' }),
  })
  const { socket } = await dial(app)
  await once(socket, 'close')
  assert.equal(errors.length, 1)
})
