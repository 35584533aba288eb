import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isIncomingCall, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import { startBaresip, type BaresipOptions } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { startLinphone } from './support/linphone.ts'
import { matchSpeech } from './support/speech.ts'
import { mediaTalker } from './support/media-talker.ts'
import { samplesPerSecond, spoken, writeSpeech, writeWideSamples, writeWideSpeech } from './support/spoken.ts'
import { tonePeak } from './support/tones.ts'

const said = spoken(4)
const heardSeconds = 6.5 // with the pause before it is spoken

/** Least SNR in dB of what the app hears of what was said, and of what the caller hears of what the app says. */
interface Wanted {
  readonly toAppDb: number
  readonly toCallerDb: number
}

function assertHeard(app: Int16Array, caller: Int16Array, { toAppDb, toCallerDb }: Wanted): void {
  const echoed = app.subarray(0, (heardSeconds - 0.5) * samplesPerSecond)
  const toApp = matchSpeech(said, app)
  const toCaller = matchSpeech(echoed, caller)
  const figures = JSON.stringify({ toApp, toCaller })
  assert.ok(toApp.heard >= 0.75 && toApp.snrDb >= toAppDb, figures)
  assert.ok(toCaller.heard >= 0.75 && toCaller.snrDb >= toCallerDb, figures)
}

const okWith = (output: string) => /SIP\/2\.0 200 OK[^]*?m=audio[^]*?a=ptime:\d+\r\n/.exec(output)?.[0] ?? ''

const baresipCodecs: readonly (Wanted & {
  readonly codec: NonNullable<BaresipOptions['codec']>
  readonly ptimeMs: number
  readonly rtpmap: string
})[] = [
  { codec: 'g722', ptimeMs: 40, rtpmap: 'G722/8000', toAppDb: 27, toCallerDb: 25 },
  { codec: 'l16', ptimeMs: 20, rtpmap: 'L16/16000', toAppDb: 30, toCallerDb: 27 },
  { codec: 'opus', ptimeMs: 60, rtpmap: 'opus/48000/2', toAppDb: 9, toCallerDb: 15 },
]

const wideTone = Int16Array.from({ length: 3 * 16_000 }, (_, i) =>
  Math.round(8_000 * Math.sin((2 * Math.PI * 5_000 * i) / 16_000)),
)
const wideCodecs = ['g722', 'opus'] as const
const talkers = { 'wide-g722': mediaTalker(wideTone), 'wide-opus': mediaTalker(wideTone) } as const
const talkerOf = (to: string) =>
  Object.hasOwn(talkers, to) ? talkers[to as keyof typeof talkers] : undefined

/** What the app has of a call: at 16 kHz where it wants to hear all of a phone. */
function decide(event: WebhookEvent, url: string): CallCommand[] {
  const to = isIncomingCall(event) ? event.data.to : ''
  const options = { encoding: 'l16', rate: 16_000 }
  const wide = { type: 'stream', url, wire: 'voxkeep', options } as unknown as CallCommand
  return [{ type: 'answer' }, talkerOf(to) === undefined ? { type: 'stream', url } : wide]
}

// All call at the same time: transcoding for one must not disturb the others.
const options = { skip: without('baresip', 'linphonec'), timeout: 120_000, concurrency: true }

describe('phones in other codecs than G.711 (TLS, SDES-SRTP)', options, () => {
  let gateway: GatewayProcess
  before(async () => {
    gateway = await startGateway({
      configure: ({ trunks }) => {
        for (const trunk of trunks) trunk['codecs'] = ['OPUS', 'L16', 'G722', 'PCMU', 'PCMA']
      },
      decide,
      takeStream(to, socket) {
        talkerOf(to)?.take(socket)
        return talkerOf(to) !== undefined
      },
    })
  })
  after(() => gateway[Symbol.asyncDispose]())

  for (const [at, { codec, ptimeMs, rtpmap, ...wanted }] of baresipCodecs.entries()) {
    test(`interop 16: the app and a baresip caller hear each other in ${rtpmap}, in packets of ${ptimeMs} ms`, async () => {
      const folder = await gateway.folder()
      const says = join(folder, 'says.wav')
      writeWideSpeech(says, said, 60)
      const { caFile } = gateway.deployment
      const ports = gateway.mediaPorts.phone(at)
      await using caller = await startBaresip({ folder, says, ports, caFile, codec, ptimeMs })
      const call = gateway.app.call(codec)
      caller.dial(`sip:${codec}@127.0.0.1:${gateway.sipPort};transport=tls`)
      await caller.until('CALL_ESTABLISHED')
      assert.match((await caller.until('CALL_MENC')).param ?? '', /AES_CM_128_HMAC_SHA1_80/)
      const stream = await call.stream()
      await stream.heard(heardSeconds)
      caller.hangup()
      assert.equal((await call.told('call.ended'))['reason'], 'caller-hung-up')
      assert.ok(okWith(caller.output()).includes(` ${rtpmap}\r\n`))
      assert.ok(okWith(caller.output()).includes(`a=ptime:${ptimeMs}\r\n`))
      assertHeard(stream.samples(), await caller.heard(), wanted)
    })
  }

  for (const [at, codec] of wideCodecs.entries())
    test(`interop 16: an app at 16 kHz and a baresip caller hear 5 kHz of each other in ${codec}`, async (t) => {
      const folder = await gateway.folder()
      const says = join(folder, 'says.wav')
      writeWideSamples(says, wideTone, 60)
      const { caFile } = gateway.deployment
      const ports = gateway.mediaPorts.phone(baresipCodecs.length + 1 + at)
      await using caller = await startBaresip({ folder, says, ports, caFile, codec })
      const name = `wide-${codec}` as const
      caller.dial(`sip:${name}@127.0.0.1:${gateway.sipPort};transport=tls`)
      await caller.until('CALL_ESTABLISHED')
      const app = await talkers[name].heard(5)
      caller.hangup()
      await gateway.app.call(name).told('call.ended')
      const phone = await caller.heardWhole()
      const loudness = { app: tonePeak(app, 5_000), phone: tonePeak(phone, 5_000) }
      const figures = JSON.stringify({ ...loudness, rateHz: phone.rateHz })
      t.diagnostic(`of 5 kHz said at 8000: ${figures}`)
      for (const peak of Object.values(loudness)) assert.ok(peak > 8_000 * 0.7 && peak < 8_000 * 1.4, figures)
      assert.equal(talkers[name].sourceRate(), 16_000)
    })

  test('interop 19: the app and a linphone caller hear each other in Opus, with keys on a clock of 48 kHz', async () => {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, said, 60)
    const { caFile } = gateway.deployment
    const suites = ['AES_CM_128_HMAC_SHA1_80']
    const ports = gateway.mediaPorts.phone(baresipCodecs.length)
    await using caller = await startLinphone({ folder, says, ports, caFile, suites })
    const call = gateway.app.call('linphone')
    caller.dial(`sip:linphone@localhost:${gateway.sipPort};transport=tls`)
    await caller.until(/Media streams established/)
    const stream = await call.stream()
    await stream.heard(heardSeconds)
    caller.press('7')
    await stream.pressed('7')
    caller.terminate()
    assert.equal((await call.told('call.ended'))['reason'], 'caller-hung-up')
    await caller.until(/ended \(No error\)/)
    const answer = okWith(caller.output())
    assert.ok(answer.includes(' opus/48000/2\r\n') && answer.includes(' telephone-event/48000\r\n'), answer)
    // Linphone wants forward error correction, whose codec keeps the sound of a voice and not its wave.
    assertHeard(stream.samples(), caller.heard(), { toAppDb: 7.5, toCallerDb: 7.3 })
    assert.equal(stream.digits(), '7')
  })
})
