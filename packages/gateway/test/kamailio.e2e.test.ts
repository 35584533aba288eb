import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isIncomingCall, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import { startBaresip, type Baresip, type BaresipOptions } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { startKamailio, type KamailioOptions } from './support/kamailio.ts'
import { offer } from './support/offers.ts'
import { startRtpengine } from './support/rtpengine.ts'
import { expect, maybe, pause, requests, type Step } from './support/sipp-scenario.ts'
import { runSipp } from './support/sipp.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const said = spoken(4)
const clearDb = 25

function decide(event: WebhookEvent, url: string): CallCommand[] {
  const to = isIncomingCall(event) ? event.data.to : ''
  if (to === 'short') return [{ type: 'answer' }, { type: 'wait', ms: 500 }, { type: 'hangup' }]
  if (to === 'busy') return [{ type: 'reject', status: 486 }]
  return [{ type: 'answer' }, { type: 'stream', url }]
}

/** Three ports in a row. */
const portsFrom = (min: number) => ({ tls: min, tcp: min + 1, towardsGateway: min + 2 })

const needs = without('kamailio', 'rtpengine', 'baresip', 'sipp')

describe('Kamailio 5.6 and rtpengine 10.5 in front', { skip: needs, timeout: 150_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let plain = portsFrom(0)
  let relaying = portsFrom(0)
  let recrypting = portsFrom(0)
  before(async () => {
    gateway = stack.use(await startGateway({ decide }))
    const { min } = gateway.mediaPorts.phone(3)
    const [first, second, third, controlPort] = [
      portsFrom(min),
      portsFrom(min + 3),
      portsFrom(min + 6),
      min + 9,
    ]
    plain = first
    relaying = second
    recrypting = third
    const { deployment, sipPort: gatewayPort } = gateway
    const { certFile, keyFile } = deployment.app
    const common = { gatewayPort, caFile: deployment.caFile, certFile, keyFile }
    const kamailio = async (own: Pick<KamailioOptions, 'ports' | 'rtpengine'>) =>
      stack.use(await startKamailio({ ...common, ...own, folder: await gateway.folder() }))
    const mediaPorts = gateway.mediaPorts.phone(2)
    stack.use(await startRtpengine({ folder: await gateway.folder(), controlPort, ports: mediaPorts }))
    await Promise.all([
      kamailio({ ports: plain }),
      kamailio({ ports: relaying, rtpengine: { controlPort, phones: 'RTP/AVP' } }),
      kamailio({ ports: recrypting, rtpengine: { controlPort, phones: 'RTP/SAVP' } }),
    ])
  })
  after(() => stack.disposeAsync())

  async function phone(options: Partial<BaresipOptions> = {}): Promise<Baresip> {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, said, 60)
    const { caFile } = gateway.deployment
    return startBaresip({ folder, says, ports: gateway.mediaPorts.phone(0), caFile, ...options })
  }

  /** Speech crosses both ways, and the caller hangs up. */
  async function converses(caller: Baresip, to: string, port: number, transport: string): Promise<void> {
    const call = gateway.app.call(to)
    caller.dial(`sip:${to}@127.0.0.1:${port};transport=${transport}`)
    await caller.until('CALL_ESTABLISHED')
    const stream = await call.stream()
    await stream.heard(6.5)
    caller.hangup()
    assert.equal((await call.told('call.ended'))['reason'], 'caller-hung-up')
    const toApp = matchSpeech(said, stream.samples())
    const toCaller = matchSpeech(said, await caller.heard())
    for (const match of [toApp, toCaller])
      assert.ok(match.heard >= 0.9 && match.snrDb >= clearDb, JSON.stringify({ toApp, toCaller }))
  }

  async function passes(steps: readonly Step[]): Promise<void> {
    const folder = await gateway.folder()
    const { failed, successful, errors } = await runSipp({ folder, viaPort: plain.tcp, steps })
    assert.deepEqual([successful, failed], [1, 0], errors)
  }
  const caller = (to: string) =>
    requests({ from: '+12025550100', to, gateway: `127.0.0.1:${plain.tcp}`, proxied: true })

  test('interop 23: a TLS phone behind a proxy that stays in the route talks, and hangs up', async () => {
    await using alice = await phone()
    await converses(alice, 'proxied', plain.tls, 'tls')
  })

  test('interop 23: a double Record-Route (TCP in, TLS out) is followed back: the gateway hangs up', async () => {
    const { invite, ack, ok } = caller('short')
    await passes([
      invite(offer()),
      maybe(100),
      maybe(180),
      expect(200),
      ack(1),
      expect('BYE'),
      ok(),
      pause(100),
    ])
    assert.equal((await gateway.app.call('short').told('call.ended'))['reason'], 'app-hung-up')
  })

  test('interop 21: hold and resume cross the proxy', async () => {
    const { invite, reinvite, ack, bye } = caller('held')
    const held = offer({ direction: 'sendonly' })
    await passes([
      invite(offer()),
      maybe(100),
      maybe(180),
      expect(200),
      ack(1),
      reinvite(2, held),
      maybe(100),
      expect(200, 'a=recvonly'),
      ack(2),
      reinvite(3, offer()),
      maybe(100),
      expect(200, 'a=sendrecv'),
      ack(3),
      bye(4),
      expect(200),
    ])
  })

  test('a refusal of the app crosses the proxy', async () => {
    const { invite, ackRefusal } = caller('busy')
    await passes([invite(offer()), maybe(100), maybe(180), expect(486), ackRefusal(1)])
  })

  test('interop 25: a CANCEL crosses the proxy', async () => {
    const { invite, cancel, ackRefusal } = caller('held')
    await passes([
      invite(offer()),
      maybe(100),
      expect(180),
      cancel(),
      expect(200),
      expect(487),
      ackRefusal(1),
    ])
  })

  test('interop 12: a phone without protection talks through rtpengine, which speaks SRTP to the gateway', async () => {
    await using alice = await phone({ transport: 'tcp', mediaEncryption: '' })
    await converses(alice, 'relayed', relaying.tcp, 'tcp')
  })

  test('interop 12: rtpengine opens and seals again between a phone with SRTP and the gateway', async () => {
    await using alice = await phone()
    await converses(alice, 'recrypted', recrypting.tls, 'tls')
  })
})
