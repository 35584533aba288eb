import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startBaresip, type Baresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { startLinphone, type Linphone } from './support/linphone.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const right = { username: 'pbx', password: 'correct-horse-battery' }
const wrong = { ...right, password: 'incorrect' }

function askForPassword({ trunks }: Settings): void {
  process.env['VOXKEEP_TEST_TRUNK'] = right.password
  const digest = { username: right.username, password: 'env:VOXKEEP_TEST_TRUNK', allowMd5: true }
  for (const trunk of trunks) trunk['digest'] = digest
}

describe('a trunk with a password (interop 30)', { timeout: 150_000 }, () => {
  let gateway: GatewayProcess
  before(async () => {
    gateway = await startGateway({ configure: askForPassword })
  })
  after(() => gateway[Symbol.asyncDispose]())

  async function files(): Promise<{ folder: string; says: string; caFile: string }> {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, spoken(2), 30)
    return { folder, says, caFile: gateway.deployment.caFile }
  }
  const baresip = async (credentials: typeof right): Promise<Baresip> =>
    startBaresip({ ...(await files()), ports: gateway.mediaPorts.phone(0), credentials })
  const linphone = async (credentials: typeof right): Promise<Linphone> => {
    const suites = ['AES_CM_128_HMAC_SHA1_80']
    return startLinphone({ ...(await files()), ports: gateway.mediaPorts.phone(1), suites, credentials })
  }

  test(
    'linphone answers the challenge by SHA-256 and is let in',
    { skip: without('linphonec') },
    async () => {
      await using caller = await linphone(right)
      const call = gateway.app.call('right')
      caller.dial(`sip:right@localhost:${gateway.sipPort};transport=tls`)
      await (await call.stream()).heard(0.5)
      caller.terminate()
      await call.told('call.ended')
      assert.match(caller.output(), /401 Unauthorized[^]*Authorization:\s+Digest[^\n]*algorithm=SHA-256/)
    },
  )

  test('linphone with a wrong password is not let in', { skip: without('linphonec') }, async () => {
    await using caller = await linphone(wrong)
    caller.dial(`sip:wrong@localhost:${gateway.sipPort};transport=tls`)
    await caller.until(/401 Unauthorized[^]*Authorization:\s+Digest[^]*40[13] /)
    assert.ok(!JSON.stringify(gateway.app.events).includes('"wrong"'))
  })

  // RFC 8760 §2.4 lets it pass over a challenge it does not understand; it gives up instead, and so does SIPp 3.6.1.
  test(
    'baresip 1.0, which reads only the first of two challenges, gives up at SHA-256',
    { skip: without('baresip') },
    async () => {
      await using caller = await baresip(right)
      caller.dial(`sip:md5@127.0.0.1:${gateway.sipPort};transport=tls`)
      assert.equal((await caller.until('CALL_CLOSED')).param, 'Function not implemented')
      assert.match(caller.output(), /algorithm=SHA-256[^]*algorithm=MD5/)
    },
  )
})
