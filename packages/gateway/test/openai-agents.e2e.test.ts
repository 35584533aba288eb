import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RealtimeAgent, RealtimeSession } from '@openai/agents/realtime'
import { TwilioRealtimeTransportLayer } from '@openai/agents-extensions'
import { verifyStreamUpgrade } from '@voxkeep/sdk'
import { callerSpeech, placeCall } from '@voxkeep/softphone'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { WebSocketServer, type WebSocket } from 'ws'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { startMockRealtime, type MockRealtime } from './support/mock-realtime.ts'
import { matchSpeech } from './support/speech.ts'
import { toneMs } from './support/tones.ts'

interface Bridge {
  readonly url: string
  readonly marks: string[]
  close(): void
}

/** An app as the client's documentation has it: the unmodified transport over the gateway's stream. */
async function startAgent(gateway: GatewayProcess, port: number, model: MockRealtime): Promise<Bridge> {
  const { certFile, keyFile } = gateway.deployment.app
  const server = createServer({ cert: await readFile(certFile), key: await readFile(keyFile) })
  const sockets = new WebSocketServer({ noServer: true })
  const url = `wss://127.0.0.1:${port}/media-stream`
  const marks: string[] = []
  const run = async (socket: WebSocket) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { event: string; mark?: { name: string } }
      if (message.event === 'mark') marks.push(message.mark?.name ?? '')
    })
    const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: socket })
    const agent = new RealtimeAgent({ name: 'teller', instructions: 'Be brief.' })
    const session = new RealtimeSession(agent, {
      transport,
      config: { audio: { output: { voice: 'verse' } } },
    })
    await session.connect({ apiKey: 'not-a-real-key', url: model.url })
  }
  server.on('upgrade', (request, socket, head) => {
    void verifyStreamUpgrade(url, request.headers, gateway.deployment.webhookSecret).then((checked) => {
      if (checked.ok) sockets.handleUpgrade(request, socket, head, (accepted) => void run(accepted))
      else socket.destroy()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url,
    marks,
    close() {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
    },
  }
}

async function until(what: string, probe: () => boolean): Promise<void> {
  for (let round = 0; round < 500; round++) {
    if (probe()) return
    await sleep(20)
  }
  throw new Error(`waited in vain for ${what}`)
}

test(
  'D14: TwilioRealtimeTransportLayer, unmodified, talks through the gateway and truncates where the caller cut in',
  { timeout: 60_000 },
  async () => {
    await using model = await startMockRealtime()
    const streamPort = await freePort()
    await using gateway = await startGateway({
      decide: () => [{ type: 'stream', url: `wss://127.0.0.1:${streamPort}/media-stream` }],
    })
    const agent = await startAgent(gateway, streamPort, model)
    const hangup = new AbortController()
    const speech = await callerSpeech()
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550100',
      to: 'teller',
      speech,
      signal: hangup.signal,
    })

    await until('two seconds of the caller', () => model.heard().length > 16_000)
    model.say('resp_1', 440, 3)
    await until('four pieces played', () => agent.marks.length >= 4)
    model.speechStarted()
    await until('the truncation', () =>
      model.events.some((event) => event.type === 'conversation.item.truncate'),
    )
    await until('all marks back', () => agent.marks.length >= 30)
    await sleep(500)
    const before = agent.marks.length
    model.say('resp_2', 1_000, 0.5)
    await until('what is said after the clear', () => agent.marks.length >= before + 5)
    await sleep(500)
    await until('what is looked for of the caller', () => model.heard().length > 36_000)
    hangup.abort()
    const result = await calling
    agent.close()

    const truncate = model.events.find((event) => event.type === 'conversation.item.truncate')
    const playedMs = toneMs(result.heard, 440)
    const cutMs = truncate?.audio_end_ms ?? 0
    assert.equal(cutMs % 100, 50, `the client counts whole pieces and adds 50: ${cutMs}`)
    assert.ok(cutMs >= 450, `four pieces had played: ${cutMs}`)
    // A piece counts when its mark came back; the piece under way is up to 100 ms more, stopping takes up to 40.
    assert.ok(
      playedMs >= cutMs - 50 - 20 && playedMs <= cutMs + 50 + 40 + 70,
      `heard ${playedMs} ms, truncated at ${cutMs} ms`,
    )
    const afterMs = toneMs(result.heard, 1_000)
    assert.ok(
      Math.abs(afterMs - 500) <= 100,
      `what is said after the clear plays whole: ${afterMs} of 500 ms`,
    )
    assert.equal(new Set(agent.marks).size, agent.marks.length, 'no mark came twice')
    const heard = decodeUlaw(model.heard(), new Int16Array(model.heard().length))
    // A timeline that began late is put right by a frame, and the half second that it lies in is then not found.
    const match = matchSpeech(speech.subarray(8_000, 32_000), heard)
    assert.ok(match.heard > 0.8, `the model heard what the caller said: ${match.heard}`)
  },
)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
