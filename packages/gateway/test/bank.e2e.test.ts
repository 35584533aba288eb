import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '@voxkeep/deployment'
import { createPki } from '@voxkeep/pki'
import { answerCalls, placeCall, type AnsweringPhone, type Keypad, type KeyWay } from '@voxkeep/softphone'
import { decodeUlaw } from '@voxkeep/wire/g711'
import { parse } from 'yaml'
import { without } from './support/counterpart.ts'
import { databaseRows } from './support/database-rows.ts'
import { digitMarkers, findDigits, keysIn } from './support/digit-markers.ts'
import { startFakeStripe, type FakeStripe } from './support/fake-stripe.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { filesBelow, textSource } from './support/markers.ts'
import { startMockRealtime, type MockRealtime } from './support/mock-realtime.ts'
import { testCard } from './support/payer.ts'
import { startProgram, type Program } from './support/program.ts'
import { recordedSides } from './support/recorded.ts'
import { matchSpeech } from './support/speech.ts'
import { toneMs } from './support/tones.ts'
import { speakWords } from './support/word-speech.ts'

const example = join(import.meta.dirname, '../../../examples/bank')
const customer = '+12025550143'
const accessCode = '481516'
const card = testCard(23)
const [keyMs, betweenMs] = [70, 130]
/** Of a machine that has much else to do. */
const patienceMs = 20_000
/** The voice that there is anyway, in a hurry. */
const quickVoice = {
  id: 'quick',
  kind: 'command',
  command: ['espeak-ng', '--stdin', '--stdout', '-v', '{name}', '-s', '900'],
}
/** No voice says that. */
const modelHz = 1_900
/** Not a key: what must never be found where a key must not be. */
const modelKey = 'sk-marker-2b7d09e4c1aa4f35'

/** Everybody whom the bank's call meets. */
interface World extends AsyncDisposable {
  readonly gateway: GatewayProcess
  readonly model: MockRealtime
  readonly stripe: FakeStripe
  readonly office: AnsweringPhone
  readonly app: Program
}

interface Parts {
  readonly agents: object[]
  readonly payments: { readonly providers: object[] }
  readonly tokenVault: object
  readonly trunks: { readonly outbound: object }[]
  readonly apps: { readonly dialing: object }[]
}

/** The settings that the example comes with, with addresses of this machine. */
function settle(
  settings: Settings,
  parts: Parts,
  at: { model: string; stripe: string; office: number; app: number },
) {
  const caFile = 'bank-ca.pem'
  const [agent] = parts.agents
  settings['agents'] = [{ ...agent, url: `${at.model}/v1/realtime`, caFile }]
  const [provider] = parts.payments.providers
  settings['payments'] = { providers: [{ ...provider, url: at.stripe, caFile: 'stripe-ca.pem' }] }
  settings['tokenVault'] = parts.tokenVault
  settings['voices'] = [quickVoice]
  const [trunk] = parts.trunks
  const outbound = { host: '127.0.0.1', port: at.office, caFile: 'tls/ca.pem', health: { intervalMs: 0 } }
  settings.trunks.push({ ...trunk, outbound: { ...trunk?.outbound, ...outbound } })
  const [app] = settings.apps as { webhook: object; dialing?: object }[]
  assert.ok(app)
  Object.assign(app, {
    dialing: parts.apps[0]?.dialing,
    webhook: { ...app.webhook, url: `https://127.0.0.1:${at.app}/voxkeep` },
  })
}

async function openBank(): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const pki = await createPki({ name: 'Bank CA' })
  const { certPem: cert, keyPem: key } = await pki.issue(['127.0.0.1'])
  const model = stack.use(await startMockRealtime({ cert, key }))
  const stripe = stack.use(await startFakeStripe())
  const [officePort = 0, appPort = 0] = await freePorts(2)
  const parts = parse(await readFile(join(example, 'gateway.yaml'), 'utf8')) as Parts
  const gateway = stack.use(
    await startGateway({
      logLevel: 'debug',
      scopes: ['calls:read', 'recordings:read', 'vault:reveal', 'payments:read', 'tokens:admin'],
      async prepare(dir) {
        await writeFile(join(dir, 'bank-ca.pem'), pki.caPem)
        await writeFile(join(dir, 'stripe-ca.pem'), stripe.pki.caPem)
        await writeFile(join(dir, 'secrets/openai'), modelKey, { mode: 0o600 })
        await writeFile(join(dir, 'secrets/stripe'), stripe.apiKey, { mode: 0o600 })
      },
      configure: (settings) =>
        settle(settings, parts, {
          model: model.url,
          stripe: stripe.origin,
          office: officePort,
          app: appPort,
        }),
    }),
  )
  const { certFile, keyFile } = gateway.deployment.app
  const pem = { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') }
  const office = stack.use(await answerCalls({ port: officePort, ...pem }))
  const app = stack.use(await startExample(gateway, appPort))
  const owned = stack.move()
  return { gateway, model, stripe, office, app, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** As its README says. */
async function startExample({ deployment, api, apiPort }: GatewayProcess, port: number): Promise<Program> {
  const { token } = await api.tokens.create({ name: 'bank', scopes: ['vault:reveal', 'payments:read'] })
  const { certFile, keyFile } = deployment.app
  const config = join(deployment.dir, 'app.json')
  const settings = { port, certFile, keyFile, secretFiles: [deployment.webhookSecretFile] }
  await writeFile(config, JSON.stringify(settings))
  const app = await startProgram({
    command: process.execPath,
    args: [join(example, 'src/main.ts'), '--config', config],
    env: {
      VOXKEEP_API: `https://127.0.0.1:${apiPort}`,
      VOXKEEP_TOKEN: token ?? '',
      NODE_EXTRA_CA_CERTS: deployment.caFile,
      BANK_ACCESS_CODE: accessCode,
      BANK_AGENT: 'teller',
    },
  })
  await app.until(/"ready":true/)
  return app
}

async function until(what: string, probe: () => boolean): Promise<void> {
  for (let round = 0; round < 750; round++) {
    if (probe()) return
    await sleep(20)
  }
  throw new Error(`waited in vain for ${what}`)
}

const quiet = new Int16Array(160)
const loud = 1_000

/** Ada, who says what she is told to, and presses keys. */
function call({ gateway: { deployment, sipPort }, app }: World) {
  const up = Promise.withResolvers<Keypad>()
  const greeted = Promise.withResolvers<void>()
  const toSay: Int16Array[] = []
  const over = placeCall({
    host: '127.0.0.1',
    port: sipPort,
    ca: deployment.caPem,
    from: customer,
    to: 'bank',
    codecs: ['PCMU'],
    speech: () => toSay.shift() ?? quiet,
    onKeypad: up.resolve,
    onHeard: (samples) => samples.some((sample) => Math.abs(sample) > loud) && greeted.resolve(),
  })
  return {
    over,
    /** Resolves when somebody speaks. */
    greeted: greeted.promise,
    /** Says it to somebody, and again where a busy machine broke it up. */
    async tell(whom: string, samples: Int16Array, heard: () => Int16Array): Promise<void> {
      for (let attempt = 1; attempt <= 4; attempt++) {
        const from = heard().length
        toSay.push(samples)
        await until(`${whom} to hear it`, () => heard().length - from > enough(samples))
        if (isHeard(samples, heard().subarray(from))) return
      }
      assert.fail(`${whom} does not hear the caller`)
    },
    async press(keys: string, by: KeyWay): Promise<void> {
      const press = await up.promise
      for (const key of keys) {
        press(key, by, keyMs)
        await sleep(betweenMs)
      }
    },
    /** Keys in what is asked for, once it is. */
    async keyIn(field: string, keys: string): Promise<void> {
      await app.until(new RegExp(`^call\\.collect\\.progress ${field} asked$`, 'm'), patienceMs)
      await this.press(keys, 'tone')
    },
  }
}

const sent = ({ events }: MockRealtime, type: string) => events.filter((event) => event.type === type)
/** Half a second more than it takes. */
const enough = ({ length }: Int16Array) => length + 4_000
const isHeard = (said: Int16Array, heard: Int16Array) => matchSpeech(said, heard).heard >= 0.5

test(
  'examples/bank: consent, a balance by the model after a code, a transfer, a bill paid by card, and a person at last',
  { skip: without('espeak-ng'), timeout: 120_000 },
  async () => {
    const [question, plea] = ['what is my balance', 'let me talk with a person please'].map(
      (words) => speakWords([words]).samples,
    ) as [Int16Array, Int16Array]
    await using world = await openBank()
    const { gateway, model, stripe, office, app } = world
    const ada = call(world)
    const listened = () => decodeUlaw(model.heard(), new Int16Array(model.heard().length))
    const connected = async (times: number) => {
      await until(`the model, ${times} times`, () => sent(model, 'session.update').length === times)
      return String(sent(model, 'session.update').at(-1)?.session?.['instructions'])
    }

    await ada.greeted
    await ada.press('1', 'rtp')
    await app.until(/^call\.gathered → consent, record, stream, gather$/m, patienceMs)

    const told = await connected(1)
    assert.match(told, /^You answer the phone of a bank\./)
    await ada.tell('the model', question, listened)
    model.callTool('r1', 'balance', { customer: 'somebody else' })
    await ada.keyIn('access_code', accessCode)
    await app.until(/^call\.collected collected → say, stream, gather$/m, patienceMs)
    const [leftAt, keyedAt] = ['stream.ended', 'access_code accepted'].map((word) =>
      app.output().indexOf(word),
    )
    assert.ok(Number(leftAt) > 0 && Number(leftAt) < Number(keyedAt), 'the model is off the line by then')
    assert.match(await connected(2), /was told their balance\.$/)
    const [unproven] = sent(model, 'conversation.item.create')
    assert.equal(unproven?.item?.['output'], '{"state":"the caller is asked who they are"}')

    model.callTool('r2', 'balance', {})
    await until('the balance', () => sent(model, 'conversation.item.create').length === 2)
    const [, output] = sent(model, 'conversation.item.create')
    assert.equal(output?.item?.['output'], '{"balance":"1234 dollars and 56 cents"}')
    model.say('r3', modelHz, 0.5)
    await sleep(700)

    model.callTool('r4', 'transfer', { amount: 1_000_000, payee: 'the model' })
    assert.match(await connected(3), /sent 50 dollars to the landlord\.$/)

    model.callTool('r5', 'pay_bill', {})
    await ada.keyIn('card_number', card.number)
    await ada.keyIn('card_expiry', card.expiry)
    await ada.keyIn('card_code', card.code)
    await app.until(/^call\.paid succeeded → say, stream, gather$/m, patienceMs)
    assert.match(await connected(4), /has paid their bill\.$/)
    const [intent, ...more] = stripe.intents
    assert.deepEqual(
      [intent?.status, intent?.amount, intent?.currency, more],
      ['succeeded', 4_200, 'usd', []],
    )

    model.callTool('r6', 'human', {})
    const desk = await office.nextCall()
    await desk.whenUp
    await ada.tell('the desk', plea, () => desk.heard())
    desk.hangup()
    await app.until(/^call\.dialed answered → hangup$/m, patienceMs)
    const { heard } = await ada.over
    await app.until(/^call\.ended/m, patienceMs)

    const saidMs = toneMs(heard, modelHz)
    assert.ok(Math.abs(saidMs - 500) <= 60, `the model is heard for ${saidMs} ms`)
    assert.deepEqual(model.faults, [], 'nothing that the API would have refused')
    const [recording, ...others] = await Array.fromAsync(gateway.api.recordings.list())
    assert.ok(recording !== undefined && others.length === 0)
    const [said] = await recordedSides(gateway.api, recording.id)
    assert.ok(isHeard(question, said), 'the recording has what was said')
    for (const [who, samples] of [
      ['the model', listened()],
      ['the desk', desk.heard()],
      ['the recording', said],
    ] as const)
      assert.equal(keysIn(samples), '', `no key is heard by ${who}`)

    const receipt = JSON.stringify(await gateway.api.calls.receipt(recording.call_id ?? ''))
    assert.match(receipt, /"what":"digits","outcome":"collected"/)
    assert.match(receipt, /"what":"card-number card-expiry card-code","outcome":"succeeded"/)
    await app.stop()
    await gateway.stop()
    const { dataDir } = gateway.deployment
    const readable = [
      textSource('what the app prints', app.output()),
      textSource('what the gateway prints', gateway.process.output()),
      textSource('what the model was told', JSON.stringify(model.events)),
      textSource('the receipt', receipt),
    ]
    const rows = await databaseRows(dataDir)
    assert.ok(rows.some(({ name }) => name.includes('token_vault')))
    const files = filesBelow(dataDir).filter(({ name }) => !name.startsWith(join(dataDir, 'database')))
    assert.ok(files.some(({ name }) => name.endsWith('.vxr')))
    const all = [...readable, ...rows, ...files]
    assert.deepEqual(findDigits(all, digitMarkers('the card', card.number)), [])
    for (const { name, bytes } of readable) {
      const text = new TextDecoder().decode(bytes)
      for (const secret of [accessCode, card.code, modelKey])
        assert.doesNotMatch(text, new RegExp(String.raw`(?<![\w.])${secret}(?!\w)`), name)
    }
  },
)
