import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { test } from 'node:test'
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import { createPki } from '@voxkeep/pki'
import { serializeWav } from '@voxkeep/wire/wav'
import { startBaresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway } from './support/gateway-process.ts'
import { samplesPerSecond, spoken, writeSpeech } from './support/spoken.ts'
import { startTwilioServer, type TwilioForm } from './support/twilio-server.ts'

const origin = 'https://voice.example.test'
const said = spoken(0.5)
const data = new Uint8Array(said.buffer, said.byteOffset, said.byteLength)
const hello = serializeWav({ format: 'pcm16', sampleRateHz: samplesPerSecond, channels: 1, data })
const token = '0123456789abcdef0123456789abcdef'

function twiml(build: (response: InstanceType<typeof VoiceResponse>) => void): () => string {
  return () => {
    const response = new VoiceResponse()
    build(response)
    return response.toString()
  }
}

/** Play and Gather, Redirect, Connect, Record, Hangup: each from a document of its own. */
const documents: Readonly<Record<string, (form: TwilioForm) => string>> = {
  '/incoming-call': twiml((response) => {
    response.play('/sounds/hello.wav')
    response.gather({ action: '/menu', numDigits: 2, timeout: 10 }).play('/sounds/menu.wav')
    response.redirect('/incoming-call')
  }),
  '/menu': twiml((response) => response.redirect({ method: 'GET' }, '/connect?from=menu')),
  '/connect': twiml((response) => {
    const stream = response.connect({ action: '/after' }).stream({
      url: 'wss://voice.example.test/media-stream',
      statusCallback: `${origin}/stream-status`,
    })
    stream.parameter({ name: 'who', value: 'a & b' })
  }),
  '/after': twiml((response) =>
    response.record({
      action: '/recorded',
      maxLength: 2,
      timeout: 10,
      playBeep: false,
      recordingStatusCallback: '/recording-status',
      recordingStatusCallbackEvent: ['in-progress', 'completed', 'absent'],
    }),
  ),
  '/recorded': twiml((response) => response.hangup()),
}

test(
  'H1 H4 H5 H9 H11 I3 I16 F12: a baresip call goes through an app that was written for Twilio, and lets nothing in that is not signed',
  { skip: without('baresip'), timeout: 60_000 },
  async () => {
    const pki = await createPki()
    const { certPem: cert, keyPem: key } = await pki.issue(['voice.example.test'])
    const frames: Record<string, unknown>[] = []
    await using app = await startTwilioServer({
      cert,
      key,
      token,
      origin,
      documents,
      sounds: { '/sounds/hello.wav': hello, '/sounds/menu.wav': hello },
      onStream: (socket) =>
        socket.on('message', (data: Buffer) => {
          frames.push(JSON.parse(data.toString()) as Record<string, unknown>)
          if (frames.length === 60) socket.close()
        }),
    })
    await using gateway = await startGateway({
      prepare: async (dir) => {
        await writeFile(join(dir, 'secrets/twilio'), token, { mode: 0o600 })
        await writeFile(join(dir, 'app-ca.pem'), pki.caPem)
      },
      configure: (settings) => {
        const [first] = settings.apps as { webhook: object; stream?: object }[]
        Object.assign(first ?? {}, {
          dialect: 'twilio',
          webhook: { ...first?.webhook, url: `${origin}/incoming-call`, caFile: 'app-ca.pem' },
          stream: { caFile: 'app-ca.pem' },
          twilio: {
            authTokens: ['file:secrets/twilio'],
            statusCallback: { url: `${origin}/status`, events: ['answered', 'completed'] },
          },
        })
        const { egress = {} } = settings as { egress?: object }
        settings['egress'] = { ...egress, connectTo: { 'voice.example.test:443': `127.0.0.1:${app.port}` } }
      },
    })
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, spokenFor(18), 60)
    const ports = gateway.mediaPorts.phone(0)
    await using phone = await startBaresip({ folder, says, ports, caFile: gateway.deployment.caFile })
    phone.dial(`sip:twilio@127.0.0.1:${gateway.sipPort};transport=tls`)

    const first = await app.until('/incoming-call')
    await phone.until('CALL_ESTABLISHED')
    await app.until('/sounds/menu.wav')
    await phone.press('42')
    const menu = await app.until('/menu')
    const connect = await app.until('/connect')
    const stopped = await app.until('/stream-status', ({ StreamEvent }) => StreamEvent === 'stream-stopped')
    const after = await app.until('/after')
    await app.until('/recording-status')
    const recorded = await app.until('/recorded')
    const recording = await app.until(
      '/recording-status',
      ({ RecordingStatus }) => RecordingStatus !== 'in-progress',
    )
    const completed = await app.until('/status', ({ CallStatus }) => CallStatus === 'completed')
    const answered = await app.until('/status')

    const { CallSid, AccountSid } = first
    assert.match(String(CallSid), /^CA[0-9a-f]{32}$/)
    for (const form of [menu, connect, stopped, after, recorded, recording, completed, answered])
      assert.deepEqual([form['CallSid'], form['AccountSid']], [CallSid, AccountSid])
    assert.deepEqual(
      [first['CallStatus'], first['To'], menu['CallStatus']],
      ['ringing', 'twilio', 'in-progress'],
    )
    assert.deepEqual([menu['Digits'], connect['from']], ['42', 'menu'])
    assert.equal(after['StreamSid'], stopped['StreamSid'])
    assert.equal(recorded['RecordingDuration'], '2')
    assert.deepEqual(
      [recording['RecordingSid'], recording['RecordingStatus']],
      [recorded['RecordingSid'], 'completed'],
    )
    assert.deepEqual(
      [
        answered['CallStatus'],
        answered['SequenceNumber'],
        completed['SequenceNumber'],
        completed['SipResponseCode'],
      ],
      ['in-progress', '0', '1', '200'],
    )
    assert.ok(Number(completed['CallDuration']) >= 1)

    const [connected, start, media] = frames as [
      object,
      { start: Record<string, unknown> },
      { event: string },
    ]
    assert.deepEqual(connected, { event: 'connected', protocol: 'Call', version: '1.0.0' })
    assert.deepEqual(
      [start.start['callSid'], start.start['accountSid'], start.start['customParameters']],
      [CallSid, AccountSid, { who: 'a & b' }],
    )
    assert.deepEqual([media.event, app.refused()], ['media', 0])
    assert.deepEqual(
      await Promise.all([false, true].map((upgrade) => unsigned(app.port, pki.caPem, upgrade))),
      [403, 403],
    )
    assert.equal(gateway.process.output().includes(token), false)
  },
)

/** The fixture is no rubber stamp. */
async function unsigned(port: number, ca: string, upgrade: boolean): Promise<number | undefined> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': key16,
  }
  const path = upgrade ? '/media-stream' : '/incoming-call'
  const target = {
    host: '127.0.0.1',
    port,
    ca,
    servername: 'voice.example.test',
    path,
    ...(upgrade && { headers }),
  }
  const sent = httpsRequest(target).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return response.resume().statusCode
}

const key16 = Buffer.alloc(16, 1).toString('base64')

/** A caller who does not stop speaking. */
function spokenFor(seconds: number): Int16Array {
  const once = spoken(6)
  const samples = new Int16Array(seconds * samplesPerSecond)
  for (let at = 0; at < samples.length; at += once.length)
    samples.set(once.subarray(0, samples.length - at), at)
  return samples
}
