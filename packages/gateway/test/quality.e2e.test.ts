import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { placeCall } from '@voxkeep/softphone'
import { startBaresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

describe('the quality of a call, as it is told', { concurrency: true, timeout: 120_000 }, () => {
  let gateway: GatewayProcess
  before(async () => {
    gateway = await startGateway({ scopes: ['calls:read'] })
  })
  after(() => gateway[Symbol.asyncDispose]())

  async function storyOf(to: string) {
    const call = gateway.app.call(to)
    await call.told('call.ended')
    const { story } = await gateway.api.calls.get(await call.id())
    const conditions = story
      .filter(({ kind }) => kind === 'media.condition')
      .map(({ fields }) => fields?.['condition'])
    return { conditions, statistics: story.find(({ kind }) => kind === 'statistics')?.fields ?? {} }
  }

  test(
    'a baresip call is rated by both sides, and found mute when its caller falls silent',
    { skip: without('baresip') },
    async () => {
      const folder = await gateway.folder()
      const says = join(folder, 'says.wav')
      writeSpeech(says, spoken(4), 60) // four seconds of speech, then digital silence
      const ports = gateway.mediaPorts.phone(0)
      await using caller = await startBaresip({ folder, says, ports, caFile: gateway.deployment.caFile })
      caller.dial(`sip:rated@127.0.0.1:${gateway.sipPort};transport=tls`)
      await (await gateway.app.call('rated').stream()).heard(18, 40_000)
      caller.hangup()
      const { conditions, statistics } = await storyOf('rated')
      assert.deepEqual(conditions, ['mute'])
      assert.ok(Number(statistics['mos']) > 4, JSON.stringify(statistics))
      assert.ok(Number(statistics['peer.mos']) > 4 && Number(statistics['peer.lostFraction']) < 0.02)
      assert.ok(Number(statistics['rttMs']) >= 0)
    },
  )

  test('audio that goes one way is told, from what the phone reports of what it sent', async () => {
    const call = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550142',
      to: 'one-way',
      onWire: () => {}, // its audio goes nowhere; its reports arrive
      hangupAfterMs: 17_000,
    })
    await call
    const { conditions, statistics } = await storyOf('one-way')
    assert.deepEqual(conditions, ['one-way'])
    assert.equal(statistics['packetsIn'], 0)
    assert.equal(statistics['mos'], undefined)
  })
})
