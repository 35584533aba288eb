import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isGathered, isIncomingCall, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import { startBaresip, type Baresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { databaseRows } from './support/database-rows.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import {
  audioMarkers,
  byteMarkers,
  filesBelow,
  findMarkers,
  textMarkers,
  textSource,
  type Marker,
  type Source,
} from './support/markers.ts'
import { sdesKeyMarkers } from './support/sdes-keys.ts'
import { sendRaw } from './support/send-raw.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const said = spoken(5)
const callerNumber = '+12025550142'
const calledNumber = '+12025550177'
const digits = '8305927146'
const spokenOf = 'Parameter-QX71-Marker'
const strangersPassword = 'Stranger-Response-58b1f0c2d97e4a36'
const strangersKey = 'U3RyYW5nZXItS2V5LXRoYXQtaXMtcXVvdGVkLW5vd2hlcmU'

describe('what a gateway writes down of a call', { skip: without('baresip'), timeout: 150_000 }, () => {
  let gateway: GatewayProcess
  const markers: Marker[] = []
  let found: string[] = []
  const written: Source[] = []
  let receivedAudio = 0

  before(async () => {
    gateway = await startGateway({ decide, logLevel: 'debug', scopes: ['calls:read', 'metrics:read'] })
    await strangers()
    await using caller = await phone()
    const ulaw = await oneCall(caller)
    receivedAudio = ulaw.length
    written.push(textSource('metrics', await metrics()))
    await gateway.stop()
    written.push(textSource('output', gateway.process.output()), ...filesBelow(gateway.deployment.dataDir))
    written.push(...(await databaseRows(gateway.deployment.dataDir)))
    markers.push(...plantedMarkers(), ...audioMarkers('speech', ulaw), ...sdesKeyMarkers(caller.output()))
    found = findMarkers(written, markers)
  })
  after(() => gateway[Symbol.asyncDispose]())

  function decide(event: WebhookEvent, url: string): CallCommand[] {
    if (!isIncomingCall(event)) return [] // go on with the stream
    const gather = { type: 'gather', num_digits: digits.length, timeout_ms: 20_000 } as const
    return [{ type: 'record' }, gather, { type: 'stream', url, parameters: { account: spokenOf } }]
  }

  async function phone(): Promise<Baresip> {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, said, 60)
    const { caFile } = gateway.deployment
    return startBaresip({ folder, says, ports: gateway.mediaPorts.phone(0), caFile, user: callerNumber })
  }

  /** Returns what the app heard: while it is heard, and while digits are pressed, the call is recorded. */
  async function oneCall(caller: Baresip): Promise<Uint8Array> {
    const call = gateway.app.call(calledNumber)
    caller.dial(`sip:${calledNumber}@127.0.0.1:${gateway.sipPort};transport=tls`)
    await caller.until('CALL_ESTABLISHED')
    await caller.press(digits)
    const stream = await call.stream()
    await stream.heard(3)
    written.push(
      ...filesBelow(gateway.deployment.dataDir).map((file) => ({
        ...file,
        name: `${file.name} in the call`,
      })),
    )
    caller.hangup()
    await call.told('recording.completed')
    await call.told('call.ended')
    return stream.ulaw()
  }

  /** What is refused must not be quoted either: signalling that does not parse, keys that are wrong, tokens that are unknown. */
  async function strangers(): Promise<void> {
    const target = { port: gateway.sipPort, ca: gateway.deployment.caPem }
    const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${strangersKey}\r\n`
    const head = (cseq: string) =>
      `INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bK${cseq}\r\nMax-Forwards: 70\r\nFrom: <sip:${callerNumber}@127.0.0.1>;tag=1\r\nTo: <sip:x@127.0.0.1>\r\nCall-ID: stranger-${cseq}\r\nCSeq: ${cseq} INVITE\r\nContact: <sip:y@127.0.0.1:9;transport=tls>\r\nAuthorization: Digest username="u", realm="r", nonce="n", uri="sip:x", response="${strangersPassword}"\r\n`
    await sendRaw(
      target,
      `${head('1')}Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`,
    )
    await sendRaw(target, `${head('1')}Content-Length: nonsense\r\n\r\n${sdp}`)
    await fetch(`https://127.0.0.1:${gateway.apiPort}/v1/calls`, {
      headers: { authorization: `Bearer vk_live_${strangersPassword}` },
    })
  }

  async function metrics(): Promise<string> {
    const headers = { authorization: `Bearer ${gateway.token}` }
    return (await fetch(`https://127.0.0.1:${gateway.apiPort}/metrics`, { headers })).text()
  }

  function plantedMarkers(): Marker[] {
    const { webhookSecret } = gateway.deployment
    const secret = webhookSecret.slice('whsec_'.length)
    return [
      ...textMarkers('caller', callerNumber.slice(1)),
      ...textMarkers('called', calledNumber.slice(1)),
      ...textMarkers('digits', digits),
      ...textMarkers('stream parameter', spokenOf),
      ...textMarkers('webhook secret', secret),
      ...byteMarkers('webhook secret', Uint8Array.fromBase64(secret)),
      ...textMarkers('API token', gateway.token.slice('vk_live_'.length)),
      ...textMarkers('stranger’s password', strangersPassword),
      ...textMarkers('stranger’s key', strangersKey),
    ]
  }

  test('the call was real: digits, speech and a sealed recording of it', () => {
    const gathered = gateway.app.events.find(isGathered)
    assert.equal(gathered?.data.digits, digits)
    assert.ok(receivedAudio >= 3 * 8_000)
    const recording = written.find(({ name }) => name.endsWith('.vxr'))
    assert.ok((recording?.bytes.length ?? 0) > receivedAudio)
    assert.ok(written.some(({ name }) => name.startsWith('table call')))
    assert.ok(written.some(({ name }) => name.endsWith('.part in the call')))
    assert.match(
      new TextDecoder().decode(written.find(({ name }) => name === 'metrics')?.bytes),
      /calls_active/,
    )
  })

  for (const what of [
    'caller',
    'called',
    'digits',
    'stream parameter',
    'webhook secret',
    'API token',
    'SRTP',
    'stranger',
    'speech',
  ]) {
    test(`no file, row, log line or metric holds in clear: ${what} (invariant 1)`, () => {
      assert.ok(markers.some((marker) => marker.what.startsWith(what)))
      const leaks = found.filter((sentence) => sentence.startsWith(what))
      assert.deepEqual(leaks, [])
    })
  }
})
