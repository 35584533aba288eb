import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { WebSocket } from 'ws'
import { streamUrl } from './echo-app.ts'
import { installS, runApp, runtimes, withoutRuntime } from './run-runtime.ts'

const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const protocol = 'voxkeep.media.v1'

/** What a gateway signs, by the stock library. */
function sign(id: string, payload: string): Record<string, string> {
  const now = new Date()
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, now, payload),
  }
}

interface StreamCommand {
  readonly type: string
  readonly url: string
  readonly wire: string
  readonly options: { readonly token: string }
}

async function askApp(port: number): Promise<StreamCommand> {
  const body = JSON.stringify({
    type: 'call.incoming',
    timestamp: new Date().toISOString(),
    data: { call_id: 'c' },
  })
  const url = `http://127.0.0.1:${port}/voxkeep`
  const forged = await fetch(url, { method: 'POST', body, headers: sign('evt_1', `${body} `) })
  assert.equal(forged.status, 401)
  await forged.body?.cancel()
  const answer = await fetch(url, { method: 'POST', body, headers: sign('evt_1', body) })
  const { actions } = (await answer.json()) as { readonly actions: readonly [object, StreamCommand] }
  assert.deepEqual(actions[0], { type: 'answer' })
  return actions[1]
}

async function refusal(port: number): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/stream`, [protocol], {
    headers: sign('strm_1', `${streamUrl}x`),
  })
  socket.on('error', () => {})
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    import('node:http').IncomingMessage,
  ]
  response.resume()
  return response.statusCode
}

function start(token: string): string {
  return JSON.stringify({
    type: 'session.start',
    seq: 1,
    stream_id: 'strm_1',
    call_id: 'call_1',
    account_id: 'default',
    media: { encoding: 'audio/l16', rate: 16_000, channels: 1, frame_ms: 20, tracks: ['inbound'] },
    parameters: {},
    token,
  })
}

/** A frame of 20 ms as the gateway sends it. */
function frame(index: number): Uint8Array {
  const bytes = new Uint8Array(12 + 640).fill(index + 1, 12)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, 0x10)
  view.setUint32(4, index + 2)
  view.setUint32(8, index * 20)
  return bytes
}

for (const runtime of runtimes)
  test(
    `the SDK verifies a webhook, accepts a stream and echoes it on ${runtime}`,
    { skip: withoutRuntime(runtime), timeout: 60_000 + installS * 1_000 },
    async () => {
      await using app = await runApp(runtime, secret)
      const command = await askApp(app.port)
      assert.deepEqual([command.type, command.url, command.wire], ['stream', streamUrl, 'voxkeep'])
      assert.equal(await refusal(app.port), 403)

      const socket = new WebSocket(`ws://127.0.0.1:${app.port}/stream`, [protocol], {
        headers: sign('strm_1', streamUrl),
      })
      const heard: Buffer[] = []
      const marked = new Promise<string>((resolve) => {
        socket.on('message', (data: Buffer, isBinary) => {
          if (isBinary) heard.push(data)
          else resolve(data.toString())
        })
      })
      await once(socket, 'open')
      assert.equal(socket.protocol, protocol)
      socket.send(start(command.options.token))
      for (let index = 0; index < 4; index++) socket.send(frame(index))
      assert.deepEqual(JSON.parse(await marked), { type: 'mark', seq: 5, name: 'heard' })
      assert.deepEqual(
        heard.map((echo) => echo[12]),
        [1, 2, 3, 4],
      )
      assert.ok(heard.every((echo) => echo.length === 652))
      socket.send('{"type":"mark","name":"heard","state":"played","played_ms":80}')
      socket.send('{"type":"session.stop","reason":"hangup"}')
      socket.close(1_000)
      await once(socket, 'close')

      const again = new WebSocket(`ws://127.0.0.1:${app.port}/stream`, [protocol], {
        headers: sign('strm_2', streamUrl),
      })
      await once(again, 'open')
      again.send(start(command.options.token)) // the token was used
      const [code] = (await once(again, 'close')) as [number]
      assert.equal(code, 1_008)
    },
  )
