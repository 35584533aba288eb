import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPki } from '@voxkeep/pki'
import { callerSpeech, placeCall } from '@voxkeep/softphone'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { startMockRealtime, type MockRealtime } from './support/mock-realtime.ts'
import { matchSpeech } from './support/speech.ts'
import { startTelerApp } from './support/teler-app.ts'
import { toneMs } from './support/tones.ts'
import { startWideTalker, type WideTalker } from './support/wide-talker.ts'

/** Not a key: what must never be found where a key must not be. */
const key = 'sk-marker-7f3a9c51e2d84b60'
const account = '4929-secret-account'
const tool = { name: 'balance', description: 'Of an account', parameters: { type: 'object' } }
/** A machine that is busy puts the timeline right now and then, and what lies there is not found; a single half second is proof. */
const enough = 0.5
const allowed = { dataClasses: ['personal'], trainingOptOut: true, caFile: 'agents-ca.pem' }

interface Servers extends AsyncDisposable {
  readonly caPem: string
  readonly model: MockRealtime
  readonly talker: WideTalker
}

async function startServers(): Promise<Servers> {
  await using stack = new AsyncDisposableStack()
  const pki = await createPki({ name: 'Agents CA' })
  const { certPem: cert, keyPem } = await pki.issue(['127.0.0.1'])
  const model = stack.use(await startMockRealtime({ cert, key: keyPem }))
  const talker = stack.use(await startWideTalker({ cert, key: keyPem }))
  const owned = stack.move()
  return { caPem: pki.caPem, model, talker, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function start({ caPem, model, talker }: Servers): Promise<GatewayProcess> {
  return startGateway({
    logLevel: 'debug',
    prepare: async (dir) => {
      await writeFile(join(dir, 'agents-ca.pem'), caPem)
      await writeFile(join(dir, 'secrets/agent'), key, { mode: 0o600 })
    },
    configure: (settings) => {
      settings['agents'] = [
        {
          id: 'teller',
          kind: 'openai-realtime',
          url: `${model.url}/v1/realtime`,
          key: 'file:secrets/agent',
          instructions: 'Be brief.',
          tools: [tool],
          ...allowed,
        },
        { id: 'own', kind: 'websocket', url: talker.url, begin: [{ type: 'hello' }], ...allowed },
        { id: 'curious', kind: 'websocket', url: talker.url, ...allowed, trainingOptOut: false },
      ]
    },
    decide: (event) => {
      const { to = '' } = event.data as { to?: string }
      // Nobody else answers for an agent that may not hear the call: the next command is the app's own.
      return [{ type: 'stream', agent: to }, { type: 'hangup' }]
    },
    intercept(event, response) {
      if (event.type !== 'call.tool') return false
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ result: { balance: '12.50' } }))
      return true
    },
  })
}

async function until(what: string, probe: () => boolean): Promise<void> {
  for (let round = 0; round < 500; round++) {
    if (probe()) return
    await sleep(20)
  }
  throw new Error(`waited in vain for ${what}`)
}

function call(gateway: GatewayProcess, to: string, speech: Int16Array, signal: AbortSignal) {
  const { caPem: ca } = gateway.deployment
  return placeCall({ host: '127.0.0.1', port: gateway.sipPort, ca, from: '+12025550100', to, speech, signal })
}

const sent = ({ events }: MockRealtime, type: string) => events.filter((event) => event.type === type)

test('agents: a caller talks with AIs directly', { timeout: 60_000 }, async (t) => {
  await using servers = await startServers()
  const { model, talker } = servers
  await using gateway = await start(servers)
  const speech = await callerSpeech()

  await t.test('an OpenAI Realtime agent: session, barge-in, a tool that the app answers', async () => {
    const hangup = new AbortController()
    const calling = call(gateway, 'teller', speech, hangup.signal)
    await until('the agent to be asked to speak first', () => sent(model, 'response.create').length === 1)
    assert.equal(model.request().path, '/v1/realtime?model=gpt-realtime')
    assert.equal(model.request().headers.authorization, `Bearer ${key}`)
    const [update] = sent(model, 'session.update')
    const { audio, instructions, tools } = update?.session ?? {}
    assert.deepEqual([instructions, tools], ['Be brief.', [{ type: 'function', ...tool }]])
    assert.deepEqual(audio, {
      input: { turn_detection: { type: 'server_vad' }, format: { type: 'audio/pcmu' } },
      output: { voice: 'marin', format: { type: 'audio/pcmu' } },
    })

    model.say('resp_1', 440, 3)
    const from = model.heard().length
    await until('1.3 s of the conversation', () => model.heard().length - from > 1.3 * 8_000)
    model.speechStarted()
    await until('the truncation', () => sent(model, 'conversation.item.truncate').length === 1)

    model.callTool('resp_2', 'balance', { account })
    await until('the result', () => sent(model, 'conversation.item.create').length === 1)
    await until('the agent to be asked to go on', () => sent(model, 'response.create').length === 2)
    model.say('resp_3', 1_000, 0.5)
    const then = model.heard().length
    await until('what it said then', () => model.heard().length - then > 8_000)
    hangup.abort()
    const result = await calling

    const [truncate] = sent(model, 'conversation.item.truncate')
    const playedMs = toneMs(result.heard, 440)
    const cutMs = truncate?.audio_end_ms ?? 0
    assert.equal(truncate?.item_id, 'item_resp_1')
    assert.ok(cutMs > 900 && cutMs < 1_700, `cut off after ${cutMs} ms`)
    assert.ok(Math.abs(playedMs - cutMs) <= 60, `heard ${playedMs} ms, truncated at ${cutMs} ms`)
    assert.ok(Math.abs(toneMs(result.heard, 1_000) - 500) <= 60, 'what is said afterwards plays whole')
    const [output] = sent(model, 'conversation.item.create')
    assert.deepEqual(output?.item, {
      type: 'function_call_output',
      call_id: 'call_resp_2',
      output: '{"balance":"12.50"}',
    })
    assert.deepEqual(model.faults, [], 'nothing that the API would have refused')
    t.diagnostic(`truncated at ${cutMs} ms, the phone heard ${playedMs} ms of it`)
  })

  await t.test('the tool came to the app as a signed webhook, and is nowhere in the logs', async () => {
    const asked = gateway.app.events.find(({ type }) => type === 'call.tool')
    const { agent, tool: about, from } = (asked?.data ?? {}) as Record<string, unknown>
    assert.deepEqual([agent, from], ['teller', '+12025550100'])
    assert.deepEqual(about, { id: 'call_resp_2', name: 'balance', arguments: { account } })
    assert.equal(gateway.app.refused(), 0)
    for (const secret of [key, account, '12.50'])
      assert.ok(!gateway.process.output().includes(secret), secret)
  })

  await t.test(
    'a speech-to-speech WebSocket: binary samples at 16 kHz both ways, ended by the agent',
    async () => {
      const calling = call(gateway, 'own', speech, new AbortController().signal)
      await until('what is looked for of the caller', () => talker.heard().length > 3.2 * 8_000)
      talker.end()
      const { heard } = await calling
      assert.deepEqual(talker.texts, ['{"type":"hello"}'])
      assert.ok(Math.abs(toneMs(heard, 440) - 1_000) <= 60, 'the caller hears the agent')
      const match = matchSpeech(speech.subarray(4_000, 20_000), talker.heard())
      assert.ok(match.heard >= enough, `the agent hears the caller: ${match.heard}`)
    },
  )

  await t.test('an agent that keeps what it hears is not connected', async () => {
    const before = talker.texts.length + talker.heard().length
    await call(gateway, 'curious', speech, new AbortController().signal)
    assert.equal(talker.texts.length + talker.heard().length, before)
  })
})

test('agents: the model that they are tested with serves the `openai` client as well, unmodified', async () => {
  await using servers = await startServers()
  const { model } = servers
  const client = new OpenAI({ apiKey: 'k', baseURL: `${model.url.replace('wss', 'https')}/v1` })
  const session = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca: servers.caPem } }, client)
  const errors: unknown[] = []
  session.on('error', (error) => errors.push(error))
  const next = (type: Parameters<typeof session.on>[0]) =>
    new Promise<unknown>((resolve) => session.on(type, resolve))
  const [updated, heard, called] = [
    next('session.updated'),
    next('response.output_audio.delta'),
    next('response.output_item.done'),
  ]
  await once(session.socket, 'open')
  session.send({ type: 'session.update', session: { type: 'realtime' } })
  await updated
  model.say('r', 440, 0.1)
  model.callTool('s', 'balance', {})
  await Promise.all([heard, called])
  session.send({
    type: 'conversation.item.truncate',
    item_id: 'item_r',
    content_index: 0,
    audio_end_ms: 50,
  })
  await next('conversation.item.truncated')
  assert.deepEqual(errors, [])
  session.close()
})

test(
  'teler: an app made of @frejun/teler, unmodified, is asked for its flow and talks with the caller',
  { timeout: 60_000 },
  async () => {
    const pki = await createPki({ name: 'Teler CA' })
    const { certPem: cert, keyPem } = await pki.issue(['127.0.0.1'])
    let secret = ''
    await using app = await startTelerApp({ cert, key: keyPem }, () => secret)
    await using gateway = await startGateway({
      prepare: (dir) => writeFile(join(dir, 'teler-ca.pem'), pki.caPem),
      configure: (settings) => {
        const [{ webhook = {}, ...rest } = {}] = settings.apps as { webhook?: object }[]
        const caFile = 'teler-ca.pem'
        const teler = { dialect: 'teler', webhook: { ...webhook, url: app.url, caFile }, stream: { caFile } }
        settings.apps = [{ ...rest, ...teler }]
      },
    })
    secret = gateway.deployment.webhookSecret
    const speech = await callerSpeech()
    const hangup = new AbortController()
    const calling = call(gateway, 'shop', speech, hangup.signal)
    await until('what is looked for of the caller', () => app.heard().length > 2.7 * 8_000)
    hangup.abort()
    const { heard } = await calling

    const [flow] = app.asked
    const { call_id, account_id, ...parties } = flow ?? {}
    assert.deepEqual(parties, { from_number: '+12025550100', to_number: 'shop', direction: 'inbound' })
    const { type, call_id: streamed, data } = app.started[0] ?? {}
    assert.deepEqual(
      [type, streamed, data],
      ['start', call_id, { encoding: 'audio/l16', sample_rate: 16_000, channels: 1 }],
    )
    assert.match(String(account_id), /^AC[0-9a-f]{32}$/)
    assert.ok(Math.abs(toneMs(heard, 440) - 1_000) <= 60, 'the caller hears the app')
    const match = matchSpeech(speech.subarray(4_000, 16_000), app.heard())
    assert.ok(match.heard >= enough, `the app hears the caller: ${match.heard}`)
  },
)
