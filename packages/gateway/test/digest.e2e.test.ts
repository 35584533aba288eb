import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startBaresip, type Baresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { startLinphone, type Linphone } from './support/linphone.ts'
import { offer } from './support/offers.ts'
import { challenged, expect, maybe, requests, type Step } from './support/sipp-scenario.ts'
import { runSipp } from './support/sipp.ts'
import { startStunnel } from './support/stunnel.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const right = { username: 'pbx', password: 'correct-horse-battery' }
const wrong = { ...right, password: 'incorrect' }

/** Asks for a password by these algorithms; by the default ones without. */
const askForPassword =
  (algorithms?: readonly string[]) =>
  ({ trunks }: Settings): void => {
    process.env['VOXKEEP_TEST_TRUNK'] = right.password
    const digest = { username: right.username, password: 'env:VOXKEEP_TEST_TRUNK' }
    for (const trunk of trunks) trunk['digest'] = { ...digest, ...(algorithms && { algorithms }) }
  }

interface Phones {
  readonly gateway: () => GatewayProcess
  readonly baresip: (credentials: typeof right) => Promise<Baresip>
  readonly linphone: (credentials: typeof right) => Promise<Linphone>
}

/** A gateway for the tests of a `describe`, and phones that know a password. */
function phones(algorithms?: readonly string[]): Phones {
  let gateway: GatewayProcess
  before(async () => {
    gateway = await startGateway({ configure: askForPassword(algorithms) })
  })
  after(() => gateway[Symbol.asyncDispose]())
  async function files(): Promise<{ folder: string; says: string; caFile: string }> {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, spoken(2), 30)
    return { folder, says, caFile: gateway.deployment.caFile }
  }
  return {
    gateway: () => gateway,
    baresip: async (credentials) =>
      startBaresip({ ...(await files()), ports: gateway.mediaPorts.phone(0), credentials }),
    async linphone(credentials) {
      const suites = ['AES_CM_128_HMAC_SHA1_80']
      return startLinphone({ ...(await files()), ports: gateway.mediaPorts.phone(1), suites, credentials })
    },
  }
}

describe('interop 30: a trunk with a password', { timeout: 150_000 }, () => {
  const { gateway, baresip, linphone } = phones()

  test(
    'linphone answers the challenge by SHA-256 and is let in',
    { skip: without('linphonec') },
    async () => {
      await using caller = await linphone(right)
      const call = gateway().app.call('right')
      caller.dial(`sip:right@localhost:${gateway().sipPort};transport=tls`)
      await (await call.stream()).heard(0.5)
      caller.terminate()
      await call.told('call.ended')
      assert.match(caller.output(), /401 Unauthorized[^]*Authorization:\s+Digest[^\n]*algorithm=SHA-256/)
    },
  )

  test('linphone with a wrong password is not let in', { skip: without('linphonec') }, async () => {
    await using caller = await linphone(wrong)
    caller.dial(`sip:wrong@localhost:${gateway().sipPort};transport=tls`)
    await caller.until(/401 Unauthorized[^]*Authorization:\s+Digest[^]*40[13] /)
    assert.ok(!JSON.stringify(gateway().app.events).includes('"wrong"'))
  })

  // Nobody is challenged by MD5 unless the trunk says so, and this phone knows nothing else.
  test('baresip 1.0, which knows only MD5, gives up', { skip: without('baresip') }, async () => {
    await using caller = await baresip(right)
    caller.dial(`sip:sha@127.0.0.1:${gateway().sipPort};transport=tls`)
    assert.equal((await caller.until('CALL_CLOSED')).param, 'Function not implemented')
    assert.match(caller.output(), /algorithm=SHA-256/)
    assert.doesNotMatch(caller.output(), /algorithm=MD5/)
  })
})

/** An INVITE as the second of its call. */
function second(invite: Step): Step {
  if (invite.kind !== 'send') return invite
  const message = invite.message.map((line) =>
    line.replace('CSeq: 1 ', 'CSeq: 2 ').replace('[call_number]-1', '[call_number]-2'),
  )
  return { ...invite, message }
}

describe('interop 30: a trunk whose phones know only MD5', { timeout: 150_000 }, () => {
  const { gateway, baresip } = phones(['MD5'])

  test('baresip 1.0 answers the challenge and is let in', { skip: without('baresip') }, async () => {
    await using caller = await baresip(right)
    const call = gateway().app.call('md5')
    caller.dial(`sip:md5@127.0.0.1:${gateway().sipPort};transport=tls`)
    await (await call.stream()).heard(0.5)
    caller.hangup()
    await call.told('call.ended')
    assert.match(caller.output(), /401 Unauthorized[^]*algorithm=MD5[^]*Authorization: Digest username="pbx"/)
  })

  test('SIPp 3.6.1 answers the challenge and is let in', { skip: without('sipp', 'stunnel4') }, async () => {
    const folder = await gateway().folder()
    const { min: viaPort } = gateway().mediaPorts.phone(2)
    const { caFile } = gateway().deployment
    await using _ = await startStunnel({
      folder,
      acceptPort: viaPort,
      gatewayPort: gateway().sipPort,
      caFile,
    })
    const { invite, ack, ackRefusal, bye } = requests({
      from: '+12025550100',
      to: 'sipp',
      gateway: `127.0.0.1:${gateway().sipPort}`,
    })
    const credentialsFor = `sipp@127.0.0.1:${gateway().sipPort};transport=tls`
    const proof = `[authentication username=${right.username} password=${right.password}]`
    const [refused, answered] = [invite(offer()), second(invite(offer(), [proof]))]
    const rings = [maybe(100), maybe(180)]
    const steps = [
      refused,
      challenged,
      ackRefusal(1),
      answered,
      ...rings,
      expect(200),
      ack(2),
      bye(3),
      expect(200),
    ]
    const { successful, failed, errors } = await runSipp({ folder, viaPort, steps, credentialsFor })
    assert.deepEqual([successful, failed], [1, 0], errors)
  })

  test('baresip with a wrong password is not let in', { skip: without('baresip') }, async () => {
    await using caller = await baresip(wrong)
    caller.dial(`sip:wrong@127.0.0.1:${gateway().sipPort};transport=tls`)
    await caller.until('CALL_CLOSED')
    assert.ok(!JSON.stringify(gateway().app.events).includes('"wrong"'))
  })
})
