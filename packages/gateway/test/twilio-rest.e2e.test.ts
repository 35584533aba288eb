import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import twilio from 'twilio'
import type { WebSocket } from 'ws'
import { freePorts } from '@voxkeep/deployment'
import { createPki } from '@voxkeep/pki'
import { answerCalls, type AnsweredCall, type AnsweringPhone } from '@voxkeep/softphone'
import { accountSid } from '#kernel'
import { startBaresip, type Baresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startFakeStripe, type FakeStripe } from './support/fake-stripe.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { claimMediaPorts, type MediaPorts } from './support/media-ports.ts'
import { testCard } from './support/payer.ts'
import { samplesPerSecond, writeSpeech } from './support/spoken.ts'
import { dialDocument, office, officePlan } from './support/twilio-dial.ts'
import { assertPausedOnce, twilioWav } from './support/twilio-wav.ts'
import { startTwilioServer, type TwilioForm, type TwilioServer } from './support/twilio-server.ts'
import { watch } from './support/watch.ts'

const origin = 'https://voice.example.test'
const media = 'wss://voice.example.test/media-stream'
const [own, to] = ['+12025550199', '+12025550142'] // of a place where one party’s consent is enough
const signing = '0123456789abcdef0123456789abcdef'
const tone = Int16Array.from({ length: samplesPerSecond * 30 }, (_, at) => 8_000 * Math.sin(at / 3))

const documents = {
  '/first': () => `<Response><Connect><Stream url="${media}"/></Connect></Response>`,
  '/second': () => '<Response><Pause length="60"/></Response>',
  '/dial': ({ step = '0' }: TwilioForm) => dialDocument(Number(step)),
}

/** The gateway's app speaks the dialect, and may call the phone. */
function configure(
  settings: Settings,
  to: { app: number; phone: number; office: number; stripe: string },
): void {
  for (const id of ['office', 'phone'] as const) {
    const outbound = { host: '127.0.0.1', port: to[id], caFile: 'app-ca.pem', health: { intervalMs: 0 } }
    settings.trunks.push({ id, app: 'rest', allowedAddresses: ['127.0.0.1/32'], outbound })
  }
  const [first] = settings.apps as { webhook: object }[]
  settings.apps.push({
    ...first,
    id: 'rest',
    dialect: 'twilio',
    webhook: { ...first?.webhook, url: `${origin}/first`, caFile: 'app-ca.pem' },
    stream: { caFile: 'app-ca.pem' },
    twilio: {
      authTokens: ['file:secrets/twilio'],
      clientDomain: '127.0.0.1',
      paymentConnectors: { Default: 'stripe' },
    },
    dialing: {
      trunks: ['office', 'phone'],
      callerIds: [own],
      countries: ['US'],
      uris: ['sip:desk@127.0.0.1', 'sip:rings@127.0.0.1'],
    },
  })
  settings['payments'] = {
    providers: [
      {
        kind: 'stripe',
        id: 'stripe',
        url: to.stripe,
        apiKey: 'file:secrets/stripe',
        caFile: 'stripe-ca.pem',
      },
    ],
  }
  const { egress = {} } = settings as { egress?: object }
  settings['egress'] = { ...egress, connectTo: { 'voice.example.test:443': `127.0.0.1:${to.app}` } }
}

/** The `twilio` package as it is, with the one line that points it here. */
function stockClient({ deployment: { caPem: ca }, token, apiPort }: GatewayProcess) {
  const httpClient = new twilio.RequestClient({ ca, keepAlive: false })
  const client = twilio(accountSid('default'), token, { httpClient })
  client.api.baseUrl = `https://127.0.0.1:${apiPort}`
  return client
}

describe('the stock client', { skip: without('baresip'), timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  const { changed, until } = watch()
  const streams: Frame[][] = []
  let app: TwilioServer
  let stripe: FakeStripe
  let desk: AnsweringPhone
  let gateway: GatewayProcess
  let phone: Baresip
  let client: ReturnType<typeof stockClient>

  before(async () => {
    const pki = await createPki()
    const { certPem: cert, keyPem: key } = await pki.issue(['voice.example.test', '127.0.0.1'])
    const onStream = (socket: WebSocket) => {
      const frames: Frame[] = []
      streams.push(frames)
      socket.on('message', (data: Buffer) => {
        frames.push(JSON.parse(data.toString()) as Frame)
        changed()
      })
    }
    app = stack.use(await startTwilioServer({ cert, key, token: signing, origin, documents, onStream }))
    stripe = stack.use(await startFakeStripe())
    const [officePort = 0] = await freePorts(1)
    desk = stack.use(
      await answerCalls({ port: officePort, cert, key, decide: ({ uri }) => officePlan(uri, to) }),
    )
    const ports = stack.use(await claimMediaPorts())
    const prepare = async (dir: string) => {
      await writeFile(join(dir, 'secrets/twilio'), signing, { mode: 0o600 })
      await writeFile(join(dir, 'secrets/stripe'), stripe.apiKey, { mode: 0o600 })
      await writeFile(join(dir, 'app-ca.pem'), pki.caPem)
      await writeFile(join(dir, 'stripe-ca.pem'), stripe.pki.caPem)
    }
    const at = { app: app.port, phone: ports.phone(0).min + 1, office: officePort, stripe: stripe.origin }
    const scopes = [
      'calls:read',
      'calls:write',
      'recordings:read',
      'recordings:delete',
      'recordings:redact',
      'subjects:erase',
    ] as const
    gateway = stack.use(
      await startGateway({ scopes, prepare, configure: (settings) => configure(settings, at) }),
    )
    phone = stack.use(await aPhone(gateway, ports, `${cert}\n${key}\n`))
    client = stockClient(gateway)
  })
  after(() => stack.disposeAsync())

  test('I1 I3 I15 I17 I18 F6 F7 F11: has baresip called, streamed, recorded, redirected and hung up', async () => {
    const created = await client.calls.create({
      to,
      from: own,
      url: `${origin}/first`,
      statusCallback: `${origin}/status`,
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    })
    assert.deepEqual([created.status, created.direction], ['queued', 'outbound-api'])
    const call = client.calls(created.sid)
    await phone.until('CALL_ESTABLISHED')
    const asked = await app.until('/first')
    assert.deepEqual([asked['CallSid'], asked['AccountSid']], [created.sid, accountSid('default')])
    const talking = await until('audio of the first stream', () => withMedia(streams[0]))
    assert.equal((await call.fetch()).status, 'in-progress')

    const fork = await call.streams.create({ url: media, name: 'ears' })
    const listening = await until('audio of the second stream', () => withMedia(streams[1]))
    assert.equal(listening[1]?.streamSid, fork.sid)
    assert.equal((await call.streams(fork.sid).update({ status: 'stopped' })).status, 'stopped')
    await until('the end of the second stream', () => listening.at(-1)?.event === 'stop')

    const recording = await call.recordings.create({ recordingStatusCallback: `${origin}/recorded` })
    assert.equal(recording.status, 'in-progress')
    const current = call.recordings('Twilio.CURRENT')
    const pauseFor = async (ms: number, pauseBehavior: 'silence' | 'skip') => {
      assert.equal((await current.update({ status: 'paused', pauseBehavior })).status, 'paused')
      assert.equal((await call.recordings(recording.sid).fetch()).status, 'paused')
      await sleep(ms)
      await current.update({ status: 'in-progress' })
    }
    await sleep(1_500)
    await pauseFor(1_500, 'silence')
    await sleep(700)
    await pauseFor(1_200, 'skip')
    await sleep(700)
    await current.update({ status: 'stopped' })
    const sealed = await client.recordings(recording.sid).fetch()
    assert.deepEqual([sealed.status, sealed.callSid, sealed.channels], ['completed', created.sid, 2])
    const given = await twilioWav(gateway, `${sealed.mediaUrl}.wav`)
    assertPausedOnce(given)
    const { recording: kept } = await gateway.api.recordings.redact(`rec_${recording.sid.slice(2)}`, {
      spans: [{ channel: 'caller', from_ms: 0, to_ms: 50 }],
    })
    const redacted = await twilioWav(gateway, `${sealed.mediaUrl}.wav`)
    assert.equal(redacted.length, given.length, 'what is redacted is skipped on')
    const [all, rest] = [kept.duration_ms ?? 0, given.length / 8]
    assert.ok(all - rest > 1_100 && all - rest < 3_000, `${all} ms, ${rest} of them without what was skipped`)
    assert.equal((await app.until('/recorded'))['RecordingDuration'], sealed.duration)
    assert.equal(sealed.duration, String(Math.round(rest / 1_000)))

    assert.notEqual(talking.at(-1)?.event, 'stop')
    await call.update({ twiml: `<Response><Redirect>${origin}/second</Redirect></Response>` })
    assert.equal((await app.until('/second'))['CallStatus'], 'in-progress')
    await until('the end of the first stream', () => talking.at(-1)?.event === 'stop')

    assert.equal(await client.recordings(recording.sid).remove(), true)
    await assert.rejects(client.recordings(recording.sid).fetch(), { status: 404, code: 20_404 })
    const left = await readdir(gateway.deployment.dataDir, { recursive: true })
    assert.deepEqual(
      left.filter((name) => name.includes(recording.sid.slice(2))),
      [],
    )

    const over = await call.update({ status: 'completed' })
    assert.equal(over.status, 'completed')
    await phone.until('CALL_CLOSED')
    assert.equal((await call.update({ status: 'completed' })).status, 'completed')
    await app.until('/status', ({ CallStatus }) => CallStatus === 'completed')
    const told = app.requests.filter(({ path }) => path === '/status').map(({ form }) => form)
    assert.deepEqual(
      told.map(({ CallStatus, SequenceNumber }) => `${SequenceNumber} ${CallStatus}`).toSorted(),
      ['0 initiated', '1 ringing', '2 in-progress', '3 completed'],
    )
    assert.equal(app.refused(), 0)

    assert.equal(await call.remove(), true)
    const isGone = async () =>
      (await call.fetch().then(
        () => undefined,
        (error: { code?: number }) => error.code,
      )) === 20_404
    for (let tries = 0; tries < 40 && !(await isGone()); tries++) await sleep(250)
    assert.ok(await isGone(), 'the call is erased')
    assert.equal(gateway.process.output().includes(gateway.token), false)
  })

  /** Those that are for the phone come by here as well. */
  async function atDesk(number: string): Promise<AnsweredCall> {
    for (;;) {
      const call = await desk.nextCall()
      if (call.to === number) return call
    }
  }

  /** The form that came to a path for one step of the call. */
  const at = (path: string, step: number) => app.until(path, (form) => form['step'] === String(step))

  /** What was told of the leg that a step dialled, once it is over, in its order. */
  async function toldOf(step: number): Promise<readonly TwilioForm[]> {
    const isLast = (form: TwilioForm) => form['step'] === String(step) && form['CallDuration'] !== undefined
    const last = await app.until('/child', isLast)
    const all = () =>
      app.requests.filter(({ path, form }) => path === '/child' && form['step'] === String(step))
    const count = Number(last['SequenceNumber']) + 1
    await until('the callbacks before it', () => all().length >= count)
    const forms = all().map(({ form }) => form)
    return forms.toSorted((a, b) => Number(a['SequenceNumber']) - Number(b['SequenceNumber']))
  }

  test('H10 I3 F6: what becomes of those whom a Dial calls is told in signed callbacks, and each is a call of its own', async () => {
    const parent = await client.calls.create({ to, from: own, url: `${origin}/dial?step=0` })
    const answered = await atDesk(office.answers)
    await answered.whenUp
    const [ringing] = await client.calls.list({ parentCallSid: parent.sid })
    await sleep(1_600)
    answered.hangup()
    const dialled = await at('/dial', 1)
    const { DialCallSid: childSid = '' } = dialled
    assert.partialDeepStrictEqual(dialled, { DialCallStatus: 'completed', DialBridged: 'true' })
    assert.deepEqual([dialled['CallSid'], ringing?.sid], [parent.sid, childSid])
    assert.ok(Number(dialled['DialCallDuration']) >= 1)
    const told = await toldOf(0)
    assert.deepEqual(statusesOf(told), ['initiated', 'ringing', 'in-progress', 'completed'])
    for (const form of told)
      assert.partialDeepStrictEqual(form, {
        CallSid: childSid,
        ParentCallSid: parent.sid,
        Direction: 'outbound-dial',
        To: office.answers,
      })
    assert.partialDeepStrictEqual(told.at(-1), { SipResponseCode: '200', From: own })
    const child = await client.calls(childSid).fetch()
    assert.partialDeepStrictEqual(child, {
      parentCallSid: parent.sid,
      direction: 'outbound-dial',
      status: 'completed',
      from: own,
      to: office.answers,
      duration: told.at(-1)?.['CallDuration'],
    })

    assert.partialDeepStrictEqual(await at('/dial', 2), { DialCallStatus: 'busy', DialBridged: 'false' })
    assert.deepEqual(statusesOf(await toldOf(1)), ['initiated', 'busy'])
    assert.equal((await toldOf(1)).at(-1)?.['SipResponseCode'], '486')
    assert.partialDeepStrictEqual(await at('/dial', 3), { DialCallStatus: 'no-answer', DialBridged: 'false' })
    assert.deepEqual(statusesOf(await toldOf(2)), ['initiated', 'ringing', 'no-answer'])

    const connected = await app.until('/child', (form) => form['step'] === '3' && isAt(form, 'in-progress'))
    await client.calls(connected['CallSid'] ?? '').update({ status: 'completed' })
    assert.partialDeepStrictEqual(await at('/dial', 4), { DialCallSid: connected['CallSid'] })
    const rings = await app.until('/child', (form) => form['step'] === '4' && isAt(form, 'ringing'))
    const refused = client.calls(rings['CallSid'] ?? '').update({ url: `${origin}/second` })
    await assert.rejects(refused, { status: 400, code: 21_220 })
    await client.calls(rings['CallSid'] ?? '').update({ status: 'canceled' })
    assert.partialDeepStrictEqual(await at('/dial', 5), { DialCallStatus: 'canceled' })

    const statuses = ['canceled', 'completed', 'no-answer', 'busy', 'completed']
    await toldOf(4)
    const children = await client.calls.list({ parentCallSid: parent.sid })
    assert.deepEqual(
      children.map(({ status }) => status),
      statuses,
    )
    assert.equal(app.refused(), 0)
  })

  test('I19 I20: takes a payment from a caller who presses keys, of which nobody is told more than a mask leaves', async () => {
    const { number, expiry, code } = testCard(7)
    const statusCallback = `${origin}/status`
    const created = await client.calls.create({
      to,
      from: own,
      twiml: '<Response><Pause length="60"/></Response>',
      statusCallback,
      statusCallbackEvent: ['answered'],
    })
    await app.until('/status', (form) => form['CallSid'] === created.sid && isAt(form, 'in-progress'))
    const call = client.calls(created.sid)
    const begin = (idempotencyKey: string) =>
      call.payments.create({
        idempotencyKey,
        statusCallback: `${origin}/paid`,
        chargeAmount: 20.45,
        postalCode: false,
      })
    const begun = await Promise.allSettled([begin('a'), begin('b')])
    const payment = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const refused = begun.flatMap((one) => (one.status === 'rejected' ? [one.reason as RestError] : []))
    assert.deepEqual([payment.length, refused.length], [1, 1])
    assert.deepEqual([refused[0]?.status, refused[0]?.code], [400, 64_021])
    const session = call.payments(payment[0]?.sid ?? '')
    const update = (more: Omit<Parameters<typeof session.update>[0], 'idempotencyKey' | 'statusCallback'>) =>
      session.update({ idempotencyKey: JSON.stringify(more), statusCallback: `${origin}/paid`, ...more })
    /** As a field is told once it is whole: of each key before that only that there was one. */
    const masked = (field: string, mask: RegExp) => app.until('/paid', (form) => mask.test(form[field] ?? ''))

    await update({ capture: 'payment-card-number' })
    await phone.press(number)
    await masked('PaymentCardNumber', new RegExp(`^xxxx-xxxxxx-x${number.slice(-4)}$`))
    await update({ capture: 'expiration-date' })
    await phone.press(expiry)
    await masked('ExpirationDate', /^\D{4,5}$/)
    await update({ capture: 'security-code' })
    await phone.press(code)
    await masked('SecurityCode', /^\D{4}$/)
    await update({ status: 'complete' })
    const result = await app.until('/paid', (form) => form['Result'] !== undefined)
    assert.partialDeepStrictEqual(result, {
      Result: 'success',
      PaymentCardType: 'amex',
      CallSid: created.sid,
    })
    const [intent] = stripe.intents
    assert.deepEqual(
      [stripe.charged, intent?.amount, intent?.id],
      [1, 2_045, result['PaymentConfirmationCode']],
    )
    await call.update({ status: 'completed' })
    const told = JSON.stringify(app.requests)
    for (const secret of [number, number.slice(0, 12)]) assert.equal(told.includes(secret), false)
    const values = app.requests.flatMap(({ form }) => Object.values(form))
    for (const secret of [code, expiry]) assert.equal(values.includes(secret), false)
    assert.equal(gateway.process.output().includes(number), false)
    assert.equal(app.refused(), 0)
  })
})

const isAt = (form: TwilioForm, status: string) => form['CallStatus'] === status
const statusesOf = (forms: readonly TwilioForm[]) => forms.map((form) => form['CallStatus'])

type RestError = InstanceType<typeof twilio.RestException>

interface Frame {
  readonly event: string
  readonly streamSid?: string
}

const withMedia = (frames: Frame[] | undefined) =>
  frames?.some(({ event }) => event === 'media') === true && frames

async function aPhone(gateway: GatewayProcess, ports: MediaPorts, certificate: string) {
  const folder = await gateway.folder()
  const [certificateFile, says] = [join(folder, 'phone.pem'), join(folder, 'says.wav')]
  await writeFile(certificateFile, certificate, { mode: 0o600 })
  writeSpeech(says, tone, 60)
  const { caFile } = gateway.deployment
  return startBaresip({
    folder: join(folder, 'phone'),
    ports: ports.phone(0),
    says,
    certificateFile,
    caFile,
    user: to,
    answers: true,
  })
}
