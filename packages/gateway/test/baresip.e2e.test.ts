import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startBaresip, type Baresip, type BaresipOptions } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { recordedSides } from './support/recorded.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const said = spoken(6)
const clearDb = 25 // G.711 itself leaves some 37 dB

describe('baresip 1.0 (TLS, SDES-SRTP)', { skip: without('baresip'), timeout: 150_000 }, () => {
  let gateway: GatewayProcess
  before(async () => {
    gateway = await startGateway({
      scopes: ['calls:read', 'recordings:read'],
      decide: (_event, url) => [{ type: 'record' }, { type: 'stream', url }],
    })
  })
  after(() => gateway[Symbol.asyncDispose]())

  async function phone(options: Partial<BaresipOptions> = {}): Promise<Baresip> {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, said, 60)
    const ports = gateway.mediaPorts.phone(0)
    return startBaresip({ folder, says, ports, caFile: gateway.deployment.caFile, ...options })
  }
  const dial = (caller: Baresip, to: string) =>
    caller.dial(`sip:${to}@127.0.0.1:${gateway.sipPort};transport=tls`)

  test('startGateway() lets the app hear a baresip caller, and the caller hear the app, in a call the caller ends', async () => {
    await using caller = await phone({ user: '+12025550142' })
    const call = gateway.app.call('listen')
    dial(caller, 'listen')
    await caller.until('CALL_ESTABLISHED')
    assert.match((await caller.until('CALL_MENC')).param ?? '', /AES_CM_128_HMAC_SHA1_80/)
    const stream = await call.stream()
    await caller.press('5*')
    await stream.pressed('5*')
    await stream.heard(8.5)
    caller.hangup()
    assert.equal((await call.told('call.ended'))['reason'], 'caller-hung-up')
    await stream.stopped
    const toApp = matchSpeech(said, stream.samples())
    const toCaller = matchSpeech(said, await caller.heard())
    for (const match of [toApp, toCaller]) {
      assert.ok(match.heard >= 0.9 && match.snrDb >= clearDb, JSON.stringify({ toApp, toCaller }))
    }
    assert.equal(stream.digits(), '5*')
    assert.equal(gateway.app.refused(), 0)
  })

  test('GET /v1/calls/{id} tells what protected a baresip call, and its recording holds both sides', async () => {
    await using caller = await phone()
    const call = gateway.app.call('recorded')
    dial(caller, 'recorded')
    await (await call.stream()).heard(8.5)
    caller.hangup()
    const { recording_id: recording } = await call.told('recording.completed')
    const [left, right] = await recordedSides(gateway.api, String(recording))
    assert.ok(matchSpeech(said, left).heard >= 0.9, 'the caller, on the left')
    assert.ok(matchSpeech(said, right).heard >= 0.9, 'the app, on the right')
    await call.told('call.ended')
    const { receipt } = await gateway.api.calls.get(await call.id())
    const { sip, srtp } = receipt as { sip: { tlsVersion: string }; srtp: { suite: string } }
    assert.equal(srtp.suite, 'AES_CM_128_HMAC_SHA1_80')
    assert.match(sip.tlsVersion, /^TLSv1\.[23]$/)
  })

  test('an app that closes the stream ends the call for a baresip caller', async () => {
    await using caller = await phone()
    const call = gateway.app.call('closing')
    dial(caller, 'closing')
    const stream = await call.stream()
    await stream.heard(1)
    stream.close()
    await caller.until('CALL_CLOSED')
    assert.equal((await call.told('call.ended'))['reason'], 'app-finished')
  })

  test('interop 21: a baresip caller who holds and resumes is heard again', async () => {
    await using caller = await phone()
    const call = gateway.app.call('held')
    dial(caller, 'held')
    const stream = await call.stream()
    await stream.heard(1)
    caller.hold()
    await caller.untilSaid(/a=sendonly[^]*SIP\/2\.0 200 OK[^]*a=recvonly/)
    const before = stream.ulaw().length
    caller.resume()
    await stream.heard(before / 8_000 + 2)
    caller.hangup()
    assert.equal((await call.told('call.ended'))['reason'], 'caller-hung-up')
  })

  test('a baresip caller without SRTP is refused, and the app hears nothing of it', async () => {
    await using caller = await phone({ mediaEncryption: '' })
    dial(caller, 'plain')
    assert.match((await caller.until('CALL_CLOSED')).param ?? '', /488/)
    assert.match(caller.output(), /RTP\/AVP/)
  })

  test('interop 8: a baresip caller who only prefers SRTP (RTP/AVP with a=crypto) is refused unless the trunk allows it', async () => {
    await using caller = await phone({ mediaEncryption: 'srtp' })
    dial(caller, 'preferring')
    assert.match((await caller.until('CALL_CLOSED')).param ?? '', /488/)
    assert.match(caller.output(), /RTP\/AVP [^]*a=crypto/)
  })
})
