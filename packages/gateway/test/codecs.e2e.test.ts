import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startBaresip, type BaresipOptions } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { startLinphone } from './support/linphone.ts'
import { matchSpeech } from './support/speech.ts'
import { samplesPerSecond, spoken, writeSpeech, writeWideSpeech } from './support/spoken.ts'

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

// All call at the same time: transcoding for one must not disturb the others.
const options = { skip: without('baresip', 'linphonec'), timeout: 120_000, concurrency: true }

describe('phones in other codecs than G.711 (TLS, SDES-SRTP)', options, () => {
  let gateway: GatewayProcess
  before(async () => {
    gateway = await startGateway({
      configure: ({ trunks }) => {
        for (const trunk of trunks) trunk['codecs'] = ['OPUS', 'L16', 'G722', 'PCMU', 'PCMA']
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
