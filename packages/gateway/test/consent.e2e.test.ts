import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { placeCall } from '@voxkeep/softphone'
import { serializeWav } from '@voxkeep/wire/wav'
import { startBaresip, type Baresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { recordedSides } from './support/recorded.ts'
import { sayWhen } from './support/say-when.ts'
import { scriptedRecogniser } from './support/recogniser.ts'
import { startSpeechServers, type SpeechServers } from './support/speech-servers.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const said = spoken(2)
const sounds = { '/sounds/may-we-record.wav': wavOf(spoken(1)) }
const newYork = '+12125550142'
const berlin = '+493012345678'

describe('consent to a recording', { skip: without('baresip'), timeout: 150_000 }, () => {
  let gateway: GatewayProcess
  let speech: SpeechServers
  before(async () => {
    speech = await startSpeechServers({ recognise: () => scriptedRecogniser(['yes', 'please']) })
    gateway = await startGateway({
      prepare: (dir) => writeFile(join(dir, 'speech-ca.pem'), speech.caPem),
      scopes: ['calls:read', 'calls:write', 'recordings:read', 'consent:read', 'consent:write', 'audit:read'],
      sounds,
      configure: (settings) => {
        const url = `wss://localhost:${speech.port}/vosk`
        const engine = { id: 'ears', kind: 'vosk', url, caFile: 'speech-ca.pem', trainingOptOut: true }
        settings['speech'] = { engines: [{ ...engine, dataClasses: ['personal', 'payment', 'health'] }] }
        const policy = { id: 'answers', engine: 'ears', listen: 'asked', redact: false, transcripts: 'off' }
        settings['privacy'] = { policies: [policy] }
        for (const app of settings.apps) app['privacy'] = 'answers'
        settings['consent'] = { unknown: 'opt-in', beepMs: 1_000, onRevoke: 'shred' }
      },
      decide: (event, url) =>
        event.type === 'call.consent_refused'
          ? [{ type: 'stream', url: url.replace('gathered', 'refusing') }]
          : [
              {
                type: 'consent',
                prompt_url: '/sounds/may-we-record.wav',
                timeout_ms: 1_500,
                attempts: 1,
                accept: url.includes('says-yes') ? ['speech'] : ['key', 'continue'],
                on_refuse: url.includes('refusing') ? 'ask' : 'go-on',
              },
              { type: 'record' },
              { type: 'stream', url },
            ],
    })
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    await speech[Symbol.asyncDispose]()
  })

  /** A softphone's call, until the app heard it out. */
  async function call(from: string, to: string, dtmf: Parameters<typeof placeCall>[0]['dtmf'] = []) {
    const app = gateway.app.call(to)
    const hangUp = new AbortController()
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from,
      to,
      dtmf,
      speech: sayWhen(app.stream(), said),
      signal: hangUp.signal,
    })
    const stream = await app.stream()
    await stream.heard(3.4)
    return {
      app,
      async over() {
        hangUp.abort()
        const { heard } = await calling
        await app.told('call.ended')
        return heard
      },
    }
  }
  const consents = async (id: string) => (await gateway.api.consents.list({ callId: id })).data

  test('a caller in New York is not asked, and is recorded, with a beep that both sides hear', async () => {
    const { app, over } = await call(newYork, 'not-asked')
    const heard = await over()
    const { recording_id: recording } = await app.told('recording.completed')
    const [left, right] = await recordedSides(gateway.api, String(recording))
    assert.ok(matchSpeech(said, left).heard >= 0.9)
    assert.ok(beeps(right) >= 3, `${beeps(right)} beeps in the recording`)
    assert.ok(beeps(heard) >= 3, `${beeps(heard)} beeps for the caller`)
    assert.deepEqual(await consents(await app.id()), [])
    const { consent } = (await gateway.api.calls.receipt(await app.id())) as { consent?: unknown }
    assert.partialDeepStrictEqual(consent, { state: 'not-required', parties: [{ rule: 'US-NY' }] })
  })

  test('a caller in Berlin who only goes on talking is not recorded, whatever the app asks; the app has the audio', async () => {
    const { app, over } = await call(berlin, 'goes-on')
    await over()
    assert.equal((await app.told('recording.refused'))['reason'], 'consent-required')
    const rows = await consents(await app.id())
    assert.partialDeepStrictEqual(rows, [{ state: 'unanswered', required: 'opt-in', rule: 'DE', how: null }])
    assert.deepEqual((await gateway.api.recordings.list({ callId: await app.id() })).data, [])
  })

  test('a caller in Berlin who calls from baresip and presses 1 is recorded from then on', async () => {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, said, 60)
    const ports = gateway.mediaPorts.phone(0)
    const caFile = gateway.deployment.caFile
    await using caller: Baresip = await startBaresip({ folder, says, ports, caFile, user: berlin })
    const app = gateway.app.call('agrees')
    caller.dial(`sip:agrees@127.0.0.1:${gateway.sipPort};transport=tls`)
    await caller.until('CALL_ESTABLISHED')
    await caller.press('1')
    const { state, how } = await app.told('call.consent')
    assert.deepEqual([state, how], ['given', 'key'])
    await (await app.stream()).heard(2)
    caller.hangup()
    const { recording_id: recording } = await app.told('recording.completed')
    const trail = await gateway.api.calls.audit(await app.id())
    const types = trail.map(({ type }) => type)
    assert.ok(types.indexOf('consent.given') < types.indexOf('recording.starting'), types.join(' '))
    assert.ok((await recordedSides(gateway.api, String(recording)))[0].length > 0)
  })

  test('a caller in Berlin who says yes is recorded from then on', async () => {
    const app = gateway.app.call('says-yes')
    const hangUp = new AbortController()
    const silent = new Int16Array(1_600)
    const said = [silent, silent, silent, spoken(1), silent]
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: berlin,
      to: 'says-yes',
      speech: () => said.shift() ?? silent,
      signal: hangUp.signal,
    })
    const { state, how } = await app.told('call.consent')
    assert.deepEqual([state, how], ['given', 'speech'])
    await (await app.stream()).heard(1)
    hangUp.abort()
    await calling
    assert.ok((await app.told('recording.completed'))['recording_id'])
  })

  test('a caller who refuses is not recorded, and the app is asked how to go on', async () => {
    const { app, over } = await call(berlin, 'refusing', [{ digit: '2', atMs: 500 }])
    await over()
    assert.equal((await app.told('call.consent'))['state'], 'refused')
    assert.ok(gateway.app.events.some(({ type }) => type === 'call.consent_refused'))
    assert.deepEqual((await gateway.api.recordings.list({ callId: await app.id() })).data, [])
  })

  test('consent that is taken back in mid-call ends the recording and destroys it', async () => {
    const { app, over } = await call(newYork, 'takes-back')
    await gateway.api.calls.command(await app.id(), [{ type: 'consent', action: 'revoke' }])
    const { recording_id: recording } = await app.told('recording.completed')
    await over()
    assert.equal((await gateway.api.recordings.get(String(recording))).state, 'deleted')
    await assert.rejects(gateway.api.recordings.audio(String(recording)))
    const { consent } = (await gateway.api.calls.receipt(await app.id())) as { consent?: unknown }
    assert.partialDeepStrictEqual(consent, { state: 'revoked' })
  })

  test('who opted out once and for all is recorded nowhere; nobody can read whose number that is', async () => {
    const number = '+12125550177'
    await gateway.api.consents.choose(number, 'opt-out')
    const { app, over } = await call(number, 'opted-out')
    await over()
    assert.equal((await app.told('recording.refused'))['reason'], 'consent-refused')
    const { choice, data } = await gateway.api.consents.find(number)
    assert.equal(choice?.choice, 'opt-out')
    assert.partialDeepStrictEqual(data, [{ state: 'refused', how: 'registered' }])
    assert.equal(JSON.stringify(data).includes('5550177'), false)
  })
})

/** How often a steady 1,400 Hz tone of 200 ms is heard: its energy at that frequency, in windows of 100 ms. */
function beeps(samples: Int16Array): number {
  const window = 800
  let count = 0
  let was = false
  for (let from = 0; from + window <= samples.length; from += window / 2) {
    const is = share(samples.subarray(from, from + window), 1_400) > 0.4
    if (is && !was) count += 1
    was = is
  }
  return count
}

/** How much of the energy lies at `hz`, 0 to 1. */
function share(samples: Int16Array, hz: number): number {
  let [re, im, energy] = [0, 0, 0]
  samples.forEach((sample, at) => {
    re += sample * Math.cos((2 * Math.PI * hz * at) / 8_000)
    im += sample * Math.sin((2 * Math.PI * hz * at) / 8_000)
    energy += sample * sample
  })
  return energy < 1e6 ? 0 : (2 * (re * re + im * im)) / (samples.length * energy)
}

function wavOf(samples: Int16Array): Uint8Array {
  const data = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  return serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data })
}
