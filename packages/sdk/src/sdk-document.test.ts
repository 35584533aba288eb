import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { createStreamServer, type CallCommand, type Conversation, type StreamServer } from './index.ts'
import { acceptedBy, fakeSecret, sessionStart, settle, signedHeaders } from './fake-gateway.ts'
import { mediaProtocol, mediaWire } from './stream-wire-media.ts'

const document = readFileSync(join(import.meta.dirname, '../../../docs/sdk.md'), 'utf8')
const examples = [...document.matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => code)

/** Runs the example that exports this name. */
async function example<T>(t: TestContext, name: string): Promise<T> {
  const code = examples.find((each) => new RegExp(`export (?:const|async function) ${name}\\b`).test(each))
  assert.ok(code)
  const before = process.env['VOXKEEP_SECRET']
  process.env['VOXKEEP_SECRET'] = fakeSecret
  t.after(() => {
    if (before === undefined) delete process.env['VOXKEEP_SECRET']
    else process.env['VOXKEEP_SECRET'] = before
  })
  const script = stripTypeScriptTypes(code).replaceAll(
    "'@voxkeep/sdk'",
    JSON.stringify(import.meta.resolve('./index.ts')),
  )
  return (await import(`data:text/javascript,${encodeURIComponent(script)}`)) as T
}

test('docs/sdk.md has no example that is not run here', () => {
  assert.equal(examples.length, 4)
})

test('docs/sdk.md answers webhooks', async (t) => {
  const { handle } = await example<{ handle: (request: Request) => Promise<Response> }>(t, 'handle')
  const ask = async (type: string, data: object) => {
    const body = JSON.stringify({ type, timestamp: '2026-11-21T12:00:00.000Z', data })
    const now = new Date()
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(fakeSecret).sign('evt_1', now, body),
    }
    const response = await handle(
      new Request('https://app.example/voxkeep', { method: 'POST', body, headers }),
    )
    return response.status === 200
      ? ((await response.json()) as { actions: { type: string }[] }).actions.map(({ type }) => type)
      : response.status
  }
  assert.deepEqual(await ask('call.incoming', { to: '+12025550187' }), ['answer', 'gather'])
  assert.deepEqual(await ask('call.incoming', { to: 'elsewhere' }), ['reject'])
  assert.deepEqual(await ask('call.gathered', { digits: '1' }), ['dial'])
  assert.equal(
    (await handle(new Request('https://app.example/', { method: 'POST', body: '{}' }))).status,
    401,
  )
})

test('docs/sdk.md accepts a stream with the token of its command, and echoes', async (t) => {
  const { streams, decide } = await example<{ streams: StreamServer; decide: () => Promise<[CallCommand]> }>(
    t,
    'streams',
  )
  const [command] = (await decide()) as unknown as [{ options: { token: string }; parameters: object }]
  assert.deepEqual(command.parameters, { desk: 'museum' })
  const socket = await acceptedBy(streams, mediaProtocol)
  socket.say({ ...sessionStart, token: command.options.token })
  await settle()
  const gateway = mediaWire()
  gateway.mark('takes the number that the start had')
  socket.say(gateway.audio(new Uint8Array(640)) as Uint8Array)
  await settle()
  assert.equal(socket.sent.length, 1)
  streams.close()
})

test('docs/sdk.md cuts in, and tells the model how much was heard', async (t) => {
  const { converse } = await example<{
    converse: (conversation: Conversation, model: object) => Promise<void>
  }>(t, 'converse')
  const { promise: more, resolve: goOn } = Promise.withResolvers<void>()
  const truncated: unknown[] = []
  let speak = () => {}
  const model = {
    async *audio() {
      yield { id: 'answer', pcm: new Int16Array(24_000) }
      await more
    },
    onSpeech: (listener: () => void) => (speak = listener),
    truncate: (id: string, heardMs: number) => truncated.push([id, heardMs]),
  }
  const server = createStreamServer({
    url: 'wss://app.example/stream',
    secrets: fakeSecret,
    tokens: false,
    onConversation: (conversation) => converse(conversation, model),
  })
  const upgrade = await server.upgrade({ url: '/stream', headers: signedHeaders() })
  assert.ok(upgrade.ok)
  const socket = await acceptedBy(server, mediaProtocol)
  socket.say(sessionStart)
  await settle()
  speak()
  socket.say({ type: 'cleared', id: socket.last()['id'], dropped_ms: 800 })
  await settle()
  assert.deepEqual(truncated, [['answer', 200]])
  goOn()
  await settle()
  assert.equal(socket.last()['type'], 'mark')
  server.close()
})

test('docs/sdk.md calls somebody by the API', async (t) => {
  const { callBack } = await example<{ callBack: (...args: string[]) => Promise<string> }>(t, 'callBack')
  t.mock.method(globalThis, 'fetch', async (_: string, { method }: { method: string }) =>
    Response.json(method === 'POST' ? { id: 'call_1' } : { data: [], has_more: false, next_cursor: null }),
  )
  assert.equal(await callBack('https://gw.example', 't', '+12025550111'), 'call_1')
})
