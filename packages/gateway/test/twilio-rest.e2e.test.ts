import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import twilio from 'twilio'
import { createPki } from '@voxkeep/pki'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import { accountSid } from '#kernel'
import { startBaresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { claimMediaPorts, type MediaPorts } from './support/media-ports.ts'
import { samplesPerSecond, writeSpeech } from './support/spoken.ts'
import { startTwilioServer } from './support/twilio-server.ts'
import { watch } from './support/watch.ts'

const origin = 'https://voice.example.test'
const media = 'wss://voice.example.test/media-stream'
const [own, to] = ['+12025550199', '+12025550142'] // of a place where one party’s consent is enough
const signing = '0123456789abcdef0123456789abcdef'
const tone = Int16Array.from({ length: samplesPerSecond * 30 }, (_, at) => 8_000 * Math.sin(at / 3))

const documents = {
  '/first': () => `<Response><Connect><Stream url="${media}"/></Connect></Response>`,
  '/second': () => '<Response><Pause length="60"/></Response>',
}

/** The gateway's app speaks the dialect, and may call the phone. */
function configure(settings: Settings, appPort: number, phonePort: number): void {
  const outbound = { host: '127.0.0.1', port: phonePort, caFile: 'app-ca.pem', health: { intervalMs: 0 } }
  settings.trunks.push({ id: 'phone', app: 'rest', allowedAddresses: ['127.0.0.1/32'], outbound })
  const [first] = settings.apps as { webhook: object }[]
  settings.apps.push({
    ...first,
    id: 'rest',
    dialect: 'twilio',
    webhook: { ...first?.webhook, url: `${origin}/first`, caFile: 'app-ca.pem' },
    stream: { caFile: 'app-ca.pem' },
    twilio: { authTokens: ['file:secrets/twilio'] },
    dialing: { trunks: ['phone'], callerIds: [own], countries: ['US'] },
  })
  const { egress = {} } = settings as { egress?: object }
  settings['egress'] = { ...egress, connectTo: { 'voice.example.test:443': `127.0.0.1:${appPort}` } }
}

/** The `twilio` package as it is, with the one line that points it here. */
function stockClient({ deployment: { caPem: ca }, token, apiPort }: GatewayProcess) {
  const httpClient = new twilio.RequestClient({ ca, keepAlive: false })
  const client = twilio(accountSid('default'), token, { httpClient })
  client.api.baseUrl = `https://127.0.0.1:${apiPort}`
  return client
}

test(
  'I1 I3 I15 I17 I18 F6 F7 F11: the stock client has baresip called, streamed, recorded, redirected and hung up',
  { skip: without('baresip'), timeout: 60_000 },
  async () => {
    const [pki, { changed, until }] = [await createPki(), watch()]
    const { certPem: cert, keyPem: key } = await pki.issue(['voice.example.test', '127.0.0.1'])
    const streams: Frame[][] = []
    await using app = await startTwilioServer({
      cert,
      key,
      token: signing,
      origin,
      documents,
      onStream(socket) {
        const frames: Frame[] = []
        streams.push(frames)
        socket.on('message', (data: Buffer) => {
          frames.push(JSON.parse(data.toString()) as Frame)
          changed()
        })
      },
    })
    await using ports = await claimMediaPorts()
    await using gateway = await startGateway({
      scopes: ['calls:read', 'calls:write', 'recordings:read', 'recordings:delete', 'subjects:erase'],
      prepare: async (dir) => {
        await writeFile(join(dir, 'secrets/twilio'), signing, { mode: 0o600 })
        await writeFile(join(dir, 'app-ca.pem'), pki.caPem)
      },
      configure: (settings) => configure(settings, app.port, ports.phone(0).min + 1),
    })
    await using phone = await aPhone(gateway, ports, `${cert}\n${key}\n`)
    const client = stockClient(gateway)

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

    const recording = await call.recordings.create()
    assert.equal(recording.status, 'in-progress')
    await sleep(1_500)
    assert.equal((await call.recordings('Twilio.CURRENT').update({ status: 'paused' })).status, 'paused')
    assert.equal((await call.recordings(recording.sid).fetch()).status, 'paused')
    await sleep(1_500)
    await call.recordings('Twilio.CURRENT').update({ status: 'in-progress' })
    await sleep(1_000)
    await call.recordings('Twilio.CURRENT').update({ status: 'stopped' })
    const sealed = await client.recordings(recording.sid).fetch()
    assert.deepEqual([sealed.status, sealed.callSid, sealed.channels], ['completed', created.sid, 2])
    assertPausedInTheMiddle(await wavOf(gateway, `${sealed.mediaUrl}.wav`))

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
  },
)

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

async function wavOf(gateway: GatewayProcess, path: string): Promise<Int16Array> {
  const credentials = Buffer.from(`${accountSid('default')}:${gateway.token}`).toString('base64')
  const answer = await fetch(`https://127.0.0.1:${gateway.apiPort}${path}`, {
    headers: { authorization: `Basic ${credentials}` },
  })
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'audio/wav'])
  const wav = parseWav(new Uint8Array(await answer.arrayBuffer()))
  if ('error' in wav) assert.fail(wav.error)
  return toMono8k(wav)
}

/** The phone never stopped to sound: what is silent for a second was left out, and the time of it was kept. */
function assertPausedInTheMiddle(samples: Int16Array): void {
  assert.ok(samples.length > 3.5 * samplesPerSecond, `${samples.length} samples`)
  const tenths = Array.from({ length: Math.floor(samples.length / 800) }, (_, at) =>
    samples.subarray(at * 800, at * 800 + 800).every((sample) => Math.abs(sample) < 50) ? '.' : '#',
  ).join('')
  assert.match(tenths, /#{3,}\.{10,}#{5,}/, tenths)
}
