import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import {
  commands,
  isIncomingCall,
  type CallCommand,
  type RecordingMarks,
  type WebhookEvent,
} from '@voxkeep/sdk'
import { answerCalls, type AnsweredCall, type AnsweringPhone } from '@voxkeep/softphone'
import { startCapture, type Captured } from './support/capture.ts'
import { without } from './support/counterpart.ts'
import { databaseRows } from './support/database-rows.ts'
import { digitMarkers, findDigits, keysIn, longestQuietMs, loudMs } from './support/digit-markers.ts'
import { startFakeStripe, type FakeStripe } from './support/fake-stripe.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { filesBelow, textSource, type Source } from './support/markers.ts'
import { baresipPayer, softPayer, testCard, tonePayer, type Payer, type TestCard } from './support/payer.ts'
import { recordedSides } from './support/recorded.ts'
import { spoken } from './support/spoken.ts'

/** Who hears the caller while the card is keyed in. */
type Scene = 'ai' | 'agent'

interface Way {
  /** The name that is called. */
  readonly to: string
  readonly what: string
  readonly scene: Scene
  readonly payer: (gateway: GatewayProcess, to: string, keys: string) => Promise<Payer> | Payer
}

/** Somebody who talks on while keying in, with pauses of less than a second. */
const talks = new Int16Array([...spoken(11), ...spoken(11), ...spoken(11)])

const ways: readonly Way[] = [
  { to: 'events-ai', what: 'telephone events (RFC 4733) of baresip', scene: 'ai', payer: (gateway, to) => baresipPayer(gateway, to, 0) },
  { to: 'tones-agent', what: 'tones in the audio of baresip', scene: 'agent', payer: (gateway, to, keys) => tonePayer(gateway, to, 1, keys) },
  { to: 'tones-ai', what: 'tones in the audio of a softphone', scene: 'ai', payer: (gateway, to) => softPayer(gateway, to, 'tone') },
  { to: 'info-agent', what: 'SIP INFO, application/dtmf-relay', scene: 'agent', payer: (gateway, to) => softPayer(gateway, to, 'info', talks) },
  { to: 'info-ai', what: 'SIP INFO, application/dtmf', scene: 'ai', payer: (gateway, to) => softPayer(gateway, to, 'info-dtmf') },
  { to: 'events-agent', what: 'telephone events of a softphone', scene: 'agent', payer: (gateway, to) => softPayer(gateway, to, 'rtp') },
] // prettier-ignore

const cards = new Map(
  [...ways.map(({ to }) => to), 'half', 'charged'].map((to, seed) => [to, testCard(seed)]),
)
const cardOf = (to: string): TestCard => cards.get(to) ?? testCard(99)
/** Each caller has an agent of their own. */
const agentOf = (to: string) => `+1202555011${ways.findIndex((way) => way.to === to)}`
const keysOf = ({ number, expiry, code }: TestCard) => `${number}${expiry}${code}`
const silentDbm0 = -60
/** What is said before the keys takes two seconds. */
const saidMs = 2_200

describe('a card paid with by telephone', { skip: without('baresip', 'tshark'), timeout: 150_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let stripe: FakeStripe
  let office: AnsweringPhone
  let captured: Captured
  /** What each agent, stream, fork and recording heard of which call. */
  const audio: { readonly of: string; readonly who: string; readonly samples: Int16Array }[] = []
  const calls = new Map<string, string>()
  const sources: Source[] = []
  let crashed: Source[] = []
  let chargedBefore = 0
  const marks = new Map<string, RecordingMarks['data']>()

  before(async () => {
    stripe = stack.use(await startFakeStripe())
    const [port = 0] = await freePorts(1)
    gateway = stack.use(
      await startGateway({
        decide,
        logLevel: 'debug',
        scopes: ['calls:read', 'calls:write', 'recordings:read', 'metrics:read', 'payments:read'],
        prepare: (dir) => writeFile(join(dir, 'stripe-ca.pem'), stripe.pki.caPem),
        configure: (settings) => configure(settings, port),
      }),
    )
    const { certFile, keyFile } = gateway.deployment.app
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
    office = stack.use(await answerCalls({ port, cert, key, codecs: ['PCMA'] }))
    const tcpPorts = [gateway.sipPort, gateway.apiPort, gateway.deployment.app.port, port]
    const capture = stack.use(
      await startCapture({ folder: await gateway.folder(), tcpPorts, udpPorts: gateway.mediaPorts.all }),
    )
    await Promise.all([...ways.map((way) => payOver(way)), payNothing()])
    captured = await capture.stop()
    await readEverything()
    await crash()
  })
  after(() => stack.disposeAsync())

  function configure(settings: Settings, port: number): void {
    const outbound = { host: '127.0.0.1', port, caFile: 'tls/ca.pem', health: { intervalMs: 0 } }
    settings.trunks.push({ id: 'office', app: 'app', outbound })
    const [app] = settings.apps
    assert.ok(app)
    app['dialing'] = {
      trunks: ['office'],
      callerIds: ['+12025550199'],
      prefixes: ['+1202555'],
      limits: { concurrent: 9, perMinute: 60, minutesPerDay: 60 },
    }
    const { origin: url, apiKey } = stripe
    process.env['VOXKEEP_TEST_STRIPE'] = apiKey
    settings['payments'] = {
      providers: [
        { kind: 'stripe', id: 'stripe', url, apiKey: 'env:VOXKEEP_TEST_STRIPE', caFile: 'stripe-ca.pem' },
      ],
      outcome: { settleMs: 1_000, firstDelayMs: 200, maxDelayMs: 1_000 },
    }
  }

  function decide(event: WebhookEvent, url: string): readonly CallCommand[] {
    if (!isIncomingCall(event)) return []
    const { to } = event.data
    const fork = commands.stream(`${url}-fork`, { direction: 'inbound' })
    if (to.endsWith('-agent')) return [commands.record(), fork, commands.dial(agentOf(to))]
    return [commands.record(), fork, commands.stream(url)]
  }

  const pay = (to: string, scene: Scene, more: object = {}): CallCommand =>
    commands.pay('stripe', {
      amount_minor: 1_999,
      currency: 'USD',
      reference: to,
      purposes: ['refund'],
      timeout_ms: 6_000,
      attempts: 10,
      mode: scene === 'agent' ? 'agent' : 'caller',
      ...more,
    })

  /** Waits until everybody hears the caller, and then has the card asked for. */
  async function begin(to: string, scene: Scene, more: object = {}): Promise<AnsweredCall | undefined> {
    const call = gateway.app.call(to)
    const id = await call.id()
    calls.set(to, id)
    await (await gateway.app.call(`${to}-fork`).stream()).heard(1)
    if (scene === 'ai') await (await call.stream()).heard(1)
    const agent = scene === 'agent' ? await agentAt(agentOf(to)) : undefined
    await agent?.whenUp
    await gateway.api.calls.command(id, [pay(to, scene, more)])
    await gateway.app.event(`${to} is asked for a card`, ofCall('call.collect.progress', id))
    return agent
  }

  /** The agents answer in any order. */
  async function agentAt(number: string): Promise<AnsweredCall> {
    for (;;) {
      const call = office.calls.find((one) => one.to === number)
      if (call !== undefined) return call
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function payOver({ to, scene, payer }: Way): Promise<void> {
    await using caller = await payer(gateway, to, keysOf(cardOf(to)))
    const agent = await begin(to, scene)
    await keyIn(to, caller)
    const paid = await gateway.app.event(`${to} paid`, ofCall('call.paid', calls.get(to)))
    assert.equal((paid.data as { outcome?: string }).outcome, 'succeeded', to)
    await hearOut(to, scene, agent)
    caller.hangup()
    await gateway.app.call(to).told('call.ended')
  }

  /** As people do: field after field as they are asked for, and again where they were not understood. */
  async function keyIn(to: string, caller: Payer): Promise<void> {
    const of = (type: string) => gateway.app.events.filter(ofCall(type, calls.get(to)))
    const asked = () =>
      of('call.collect.progress').filter(({ data }) => (data as { step?: string }).step === 'asked')
    for (let times = 1; ; times += 1) {
      const isNext = () => asked().length >= times || of('call.paid').length > 0
      await gateway.app.event(`${to} is asked ${times} times`, isNext, 45_000)
      const next = asked()[times - 1]?.data as { readonly field: keyof typeof digits } | undefined
      if (next === undefined) return
      const { number, expiry, code } = cardOf(to)
      const digits = { card_number: number, card_expiry: expiry, card_code: code }
      await caller.press(digits[next.field])
    }
  }

  /** A second more, for what a late key would leave, and then what was heard. */
  async function hearOut(to: string, scene: Scene, agent: AnsweredCall | undefined): Promise<void> {
    const fork = await gateway.app.call(`${to}-fork`).stream()
    await fork.heard(fork.samples().length / 8_000 + 1)
    assert.equal(fork.digits(), '', to)
    audio.push({ of: to, who: 'fork', samples: fork.samples() })
    if (agent !== undefined) audio.push({ of: to, who: 'agent', samples: agent.heard() })
    if (scene === 'agent') return
    const stream = await gateway.app.call(to).stream()
    assert.equal(stream.digits(), '', to)
    audio.push({ of: to, who: 'AI', samples: stream.samples() })
  }

  /** Somebody whose phone sends no keys in any way. */
  async function payNothing(): Promise<void> {
    await using caller = softPayer(gateway, 'nothing-ai', 'rtp')
    await begin('nothing-ai', 'ai', { timeout_ms: 1_500, attempts: 2 })
    await gateway.app.event('nothing came', ofCall('call.paid', calls.get('nothing-ai')))
    caller.hangup()
    await gateway.app.call('nothing-ai').told('call.ended')
  }

  /** All that can be read of the calls, sealed or not, by whoever may read everything. */
  async function readEverything(): Promise<void> {
    const { api, app } = gateway
    for (const [to, id] of calls) {
      const [row, trail, receipt] = await Promise.all([
        api.calls.get(id),
        api.calls.audit(id),
        api.calls.receipt(id),
      ])
      sources.push(textSource(`the story, trail and receipt of ${to}`, JSON.stringify([row, trail, receipt])))
    }
    const recordings = await Array.fromAsync(api.recordings.list())
    for (const { id, call_id } of recordings) {
      const of = [...calls].find(([, call]) => call === call_id)?.[0] ?? ''
      const [said, heard] = await recordedSides(api, id)
      marks.set(of, (await api.recordings.marks(id)).data)
      audio.push(
        { of, who: 'recording of the caller', samples: said },
        { of, who: 'recording of what they heard', samples: heard },
      )
    }
    const headers = { authorization: `Bearer ${gateway.token}` }
    const metrics = await fetch(`https://127.0.0.1:${gateway.apiPort}/metrics`, { headers })
    sources.push(
      textSource('metrics', await metrics.text()),
      textSource('what the app was told', JSON.stringify(app.events)),
    )
    for (const { of, who, samples } of audio)
      sources.push({
        name: `${who} of ${of}`,
        bytes: new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
      })
    for (const flow of captured.flows)
      sources.push({
        name: `${flow.protocol} ${flow.from} to ${flow.to}`,
        bytes: new Uint8Array(Buffer.concat(flow.payloads)),
      })
    sources.push(textSource('output', gateway.process.output()), ...filesBelow(gateway.deployment.dataDir))
  }

  /** The power goes while one caller is in the middle of the number, and another one's charge is made and not answered for. */
  async function crash(): Promise<void> {
    await using half = softPayer(gateway, 'half', 'tone')
    await using whole = softPayer(gateway, 'charged', 'rtp')
    await Promise.all([begin('half', 'ai'), begin('charged', 'ai')])
    chargedBefore = stripe.charged
    stripe.faults.push({ when: 'after', how: 'hang', path: /payment_intents$/ })
    const acted = stripe.acted()
    keyIn('charged', whole).catch(() => {}) // it never hears what became of it
    await Promise.all([half.press(cardOf('half').number.slice(0, 12)), acted])
    await gateway.kill()
    const { dataDir } = gateway.deployment
    crashed = [textSource('output before the crash', gateway.process.output()), ...filesBelow(dataDir)]
    await gateway.restart()
    const settled = () =>
      stripe.requests.some(({ method, url }) => method === 'GET' && url.pathname.endsWith('payment_intents'))
    while (!settled()) await new Promise((resolve) => setTimeout(resolve, 50))
    for (const { id, call_id } of await Array.fromAsync(gateway.api.recordings.list())) {
      const recovered = call_id !== undefined && ![...calls].slice(0, -2).some(([, call]) => call === call_id)
      if (recovered)
        audio.push({
          of: 'half',
          who: 'recovered recording',
          samples: (await recordedSides(gateway.api, id))[0],
        })
    }
    await gateway.stop()
    crashed.push(
      textSource('output after it', gateway.process.output()),
      ...filesBelow(dataDir),
      ...(await databaseRows(dataDir)),
    )
  }

  const paidOf = (to: string) =>
    gateway.app.events.find(ofCall('call.paid', calls.get(to)))?.data as
      | Readonly<Record<string, unknown>>
      | undefined
  const heardOf = (to: string) => audio.filter(({ of }) => of === to)
  const markers = [...cards].flatMap(([to, card]) => digitMarkers(to, card.number))

  for (const { to, what, scene } of ways) {
    test(`is charged once when keyed in by ${what}, with the ${scene} on the line`, () => {
      const intents = stripe.intents.filter(({ metadata }) => metadata['reference'] === to)
      assert.deepEqual(
        intents.map(({ status, amount }) => [status, amount]),
        [['succeeded', 1_999]],
      )
      const method = stripe.requests.filter(({ body }) => body.includes(`number]=${cardOf(to).number}`))
      assert.equal(method.length, 1)
      assert.ok(method[0]?.body.includes(`cvc]=${cardOf(to).code}`))
      const { card, payment_id: payment } = paidOf(to) ?? {}
      const { token, masked, brand } = card as Record<string, string>
      assert.deepEqual([masked, brand, payment], [maskOf(cardOf(to)), 'amex', intents[0]?.id])
      assert.match(token ?? '', /^vt_/)
    })

    test(`leaves no tone in what anybody heard of it: ${what}`, () => {
      const heard = heardOf(to)
      const listeners = scene === 'agent' ? ['agent', 'fork'] : ['AI', 'fork']
      for (const who of [...listeners, 'recording of the caller', 'recording of what they heard'])
        assert.ok(
          heard.some((each) => each.who === who),
          `${who} of ${to}`,
        )
      for (const { who, samples } of heard) {
        assert.equal(keysIn(samples), '', `keys heard by ${who} of ${to}`)
        const hearsOn = to === 'info-agent' // by whom somebody talks on
        const ms = loudMs(samples, silentDbm0)
        assert.ok(ms <= saidMs || hearsOn, `${who} of ${to} heard ${ms} ms`)
      }
    })
  }

  test('was heard by each of them before the room was shut, or silence would prove nothing', () => {
    for (const listener of ['AI', 'fork', 'agent', 'recording of the caller'])
      assert.ok(
        audio.some(({ who, samples }) => who === listener && loudMs(samples, -30) > 100),
        listener,
      )
  })

  test('lets the agent hear what is said meanwhile, and nobody else', () => {
    const pauseOf = (who: string) =>
      longestQuietMs(
        heardOf('info-agent').find((each) => each.who === who)?.samples ?? new Int16Array(),
        silentDbm0,
      )
    const [agent, fork, recording] = [pauseOf('agent'), pauseOf('fork'), pauseOf('recording of the caller')]
    assert.ok(agent < 2_500 && fork > 3_000 && recording > 3_000, `${agent}, ${fork}, ${recording} ms`)
  })

  test('is not asked for for ever of a phone that sends no keys', () => {
    const failed = { name: 'card_number', field: 'card-number', fault: 'timeout' }
    assert.partialDeepStrictEqual(paidOf('nothing-ai'), { outcome: 'timeout', failed })
  })

  test('is a mark in the recording, for players to draw', () => {
    for (const { to } of ways) {
      const secure = marks.get(to)?.find(({ kind }) => kind === 'secure')
      assert.ok(secure !== undefined && secure.channel === 'caller', to)
      assert.ok(secure.to_ms - secure.from_ms > 2_000, to)
    }
  })

  test('leaves its number nowhere: no file, row, log line, event, frame or packet', () => {
    for (const kind of [/\.vxr$/, /^udp /, /^tcp /, /^fork of/, /^agent of/, /^table|postgres/])
      assert.ok(
        sources.some(({ name }) => kind.test(name)),
        String(kind),
      )
    assert.deepEqual(findDigits(sources, markers), [])
  })

  test('leaves its code nowhere that can be read', () => {
    const codes = [...cards.values()].map(({ code }) => code)
    const readable = sources.filter(({ name }) => /story|metrics|app was told|output/.test(name))
    assert.equal(readable.length, calls.size - 2 + 3)
    for (const { name, bytes } of readable) {
      const text = new TextDecoder().decode(bytes)
      const found = codes.filter((code) => new RegExp(String.raw`(?<![\w.])${code}(?!\w)`).test(text))
      assert.deepEqual(found, [], name)
      assert.doesNotMatch(text, /Signal\s*=|"digits?":/, name) // nor any key by itself
    }
  })

  test('is on the receipt by the kinds of its fields only', async () => {
    const receipts = sources.filter(({ name }) => name.startsWith('the story'))
    for (const { name, bytes } of receipts) {
      const text = new TextDecoder().decode(bytes)
      assert.match(
        text,
        /"secureCapture":\{"state":"used","captures":\[\{"what":"card-number card-expiry card-code"/,
        name,
      )
    }
  })

  test('survives a kill -9 between the charge and its answer: charged once, and asked about afterwards', () => {
    assert.equal(stripe.charged, chargedBefore + 1)
    const intents = stripe.intents.filter(({ metadata }) => metadata['reference'] === 'charged')
    assert.equal(intents.length, 1)
  })

  test('leaves nothing behind when the power goes in the middle of it', () => {
    assert.ok(crashed.some(({ name }) => name.startsWith('table payment')))
    assert.deepEqual(findDigits(crashed, markers), [])
    const recovered = heardOf('half')
    assert.ok(recovered.length > 0)
    for (const { samples } of recovered) assert.equal(keysIn(samples), '')
  })
})

function maskOf({ number }: TestCard): string {
  return `**** ****** *${number.slice(-4)}`
}

const ofCall = (wanted: string, call: string | undefined) => (event: WebhookEvent) =>
  event.type === wanted && (event.data as { readonly call_id?: string }).call_id === call
