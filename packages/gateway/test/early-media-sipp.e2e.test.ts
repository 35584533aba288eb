import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import { commands, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import { answerCalls, type AnswerPlan } from '@voxkeep/softphone'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { offer } from './support/offers.ts'
import { expect, expectMessage, maybe, requests, type Step } from './support/sipp-scenario.ts'
import { runSipp } from './support/sipp.ts'
import { startStunnel } from './support/stunnel.ts'
import { spoken } from './support/spoken.ts'

const [early, busy] = ['+12025550183', '+12025550186']
/** What the phone does that the app dials. */
const plans: Readonly<Record<string, AnswerPlan>> = {
  [early]: { kind: 'answer', early: true, afterMs: 700 },
  [busy]: { kind: 'reject', status: 486 },
}

function decide(event: WebhookEvent): CallCommand[] {
  if (event.type === 'call.dialed') return [commands.reject(486)]
  const { to } = event.data as { to?: string }
  return [commands.dial(`+${to}`, { answer_on_bridge: true }), commands.hangup()]
}

describe('SIPp 3.6.1 hears early media', { skip: without('sipp', 'stunnel4'), timeout: 45_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let viaPort = 0
  before(async () => {
    const [port = 0] = await freePorts(1)
    gateway = stack.use(
      await startGateway({
        decide,
        configure: (settings) => {
          const outbound = { host: '127.0.0.1', port, caFile: 'tls/ca.pem', health: { intervalMs: 0 } }
          settings.trunks.push({ id: 'office', app: 'app', outbound })
          const [app] = settings.apps
          assert.ok(app)
          app['dialing'] = { trunks: ['office'], callerIds: ['+12025550199'], prefixes: ['+1202555'] }
        },
      }),
    )
    const { certFile, keyFile } = gateway.deployment.app
    stack.use(
      await answerCalls({
        port,
        cert: await readFile(certFile, 'utf8'),
        key: await readFile(keyFile, 'utf8'),
        speech: spoken(2),
        decide: ({ uri }) => plans[/^sips?:([^@]+)@/.exec(uri)?.[1] ?? ''] ?? { kind: 'ring' },
      }),
    )
    viaPort = gateway.mediaPorts.phone(0).min
    const { caFile } = gateway.deployment
    const folder = await gateway.folder()
    stack.use(await startStunnel({ gatewayPort: gateway.sipPort, caFile, folder, acceptPort: viaPort }))
  })
  after(() => stack.disposeAsync())

  const caller = (to: string) =>
    requests({ from: '+12025550100', to: to.slice(1), gateway: `127.0.0.1:${gateway.sipPort}` })
  async function passes(steps: readonly Step[]): Promise<void> {
    const { failed, successful, errors } = await runSipp({
      folder: await gateway.folder(),
      viaPort,
      steps,
      timeoutMs: 10_000,
    })
    assert.deepEqual([successful, failed], [1, 0], errors)
  }

  test('interop 26: dial with answer_on_bridge sends 183 reliably, takes its PRACK, and answers with the callee', () => {
    const { invite, within, ack, bye } = caller(early)
    const audio = 'm=audio [1-9][0-9]* RTP/SAVP'
    return passes([
      invite(offer(), ['Supported: 100rel']),
      maybe(100),
      maybe(180),
      { ...expectMessage(183, ['RSeq: ([0-9]+)', 'Require: 100rel'], 'rseq'), body: [audio] } as Step,
      within('PRACK', 2, ['RAck: [$rseq] 1 INVITE']),
      expectMessage(200, ['CSeq: 2 PRACK']),
      {
        ...expectMessage(200, ['CSeq: 1 INVITE']),
        body: [audio, 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:'],
      } as Step,
      ack(1),
      bye(3),
      expect(200),
    ])
  })

  test('interop 26: a caller who knows no PRACK gets 183 all the same', () => {
    const { invite, ack, bye } = caller(early)
    return passes([
      invite(offer()),
      maybe(100),
      maybe(180),
      expect(183, 'm=audio'),
      expect(200, 'm=audio'),
      ack(1),
      bye(2),
      expect(200),
    ])
  })

  test('dial with answer_on_bridge: a busy callee leaves the caller unanswered, and the app refuses them with 486', () => {
    const { invite, ackRefusal } = caller(busy)
    return passes([invite(offer()), maybe(100), maybe(180), expect(486), ackRefusal(1)])
  })
})
