import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { startLinphone, type Linphone, type LinphoneOptions } from './support/linphone.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const said = spoken(5)
const clearDb = 25 // G.711 itself leaves some 37 dB

describe('linphone 5.1 (TLS, SDES-SRTP)', { skip: without('linphonec'), timeout: 150_000 }, () => {
  let gateway: GatewayProcess
  before(async () => {
    gateway = await startGateway()
  })
  after(() => gateway[Symbol.asyncDispose]())

  async function phone(options: Partial<LinphoneOptions> = {}): Promise<Linphone> {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, said, 60)
    const { caFile } = gateway.deployment
    const suites = ['AES_CM_128_HMAC_SHA1_80']
    return startLinphone({ folder, says, ports: gateway.mediaPorts.phone(0), caFile, suites, ...options })
  }
  const dial = (caller: Linphone, to: string) =>
    caller.dial(`sip:${to}@localhost:${gateway.sipPort};transport=tls`)

  for (const suite of ['AES_CM_128_HMAC_SHA1_80', 'AES_256_CM_HMAC_SHA1_80']) {
    test(`startGateway() lets the app and a linphone caller hear each other under ${suite}`, async () => {
      await using caller = await phone({ suites: [suite] })
      const name = suite.slice(0, 10).toLowerCase().replaceAll('_', '-')
      const call = gateway.app.call(name)
      dial(caller, name)
      await caller.until(/Media streams established/)
      const stream = await call.stream()
      await stream.heard(7.5)
      caller.terminate()
      assert.equal((await call.told('call.ended'))['reason'], 'caller-hung-up')
      await caller.until(/ended \(No error\)/)
      assert.match(caller.output(), new RegExp(`200 OK[^]*a=crypto:1 ${suite} inline:`))
      const toApp = matchSpeech(said, stream.samples())
      const toCaller = matchSpeech(said, caller.heard())
      for (const match of [toApp, toCaller]) {
        assert.ok(match.heard >= 0.8 && match.snrDb >= clearDb, JSON.stringify({ toApp, toCaller }))
      }
    })
  }

  test('interop 19: a linphone caller, who offers telephone-event at three clock rates, is understood', async () => {
    await using caller = await phone()
    const call = gateway.app.call('keys')
    dial(caller, 'keys')
    await caller.until(/Media streams established/)
    const stream = await call.stream()
    caller.press('7')
    await stream.pressed('7')
    caller.press('#')
    await stream.pressed('7#')
    caller.terminate()
    await call.told('call.ended')
    assert.match(caller.output(), /telephone-event\/48000[^]*telephone-event\/8000/)
    assert.equal(stream.digits(), '7#')
  })

  test('interop 21: a linphone caller who pauses and resumes is heard again', async () => {
    await using caller = await phone()
    const call = gateway.app.call('paused')
    dial(caller, 'paused')
    const stream = await call.stream()
    await stream.heard(1)
    caller.hold()
    await caller.until(/has been paused|is now paused/)
    const before = stream.ulaw().length
    caller.resume()
    await stream.heard(before / 8_000 + 2)
    caller.terminate()
    assert.equal((await call.told('call.ended'))['reason'], 'caller-hung-up')
  })

  test('an app that closes the stream ends the call for a linphone caller', async () => {
    await using caller = await phone()
    const call = gateway.app.call('closing')
    dial(caller, 'closing')
    const stream = await call.stream()
    await stream.heard(1)
    stream.close()
    await caller.until(/ended \(No error\)/)
    assert.equal((await call.told('call.ended'))['reason'], 'app-finished')
  })

  test('linphone does not call a gateway whose certificate is from an authority it does not know', async () => {
    const caFile = join(await gateway.folder(), 'other-ca.pem')
    await writeFile(caFile, (await createPki()).caPem)
    await using caller = await phone({ caFile })
    dial(caller, 'unknown')
    await caller.until(/Certificate verification failed/)
    assert.ok(!caller.output().includes('message sent to'))
  })
})
