import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isIncomingCall, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { readMetrics } from './support/metrics.ts'
import { keys, offer } from './support/offers.ts'
import { expect, expectMessage, maybe, pause, requests, type Step } from './support/sipp-scenario.ts'
import { runSipp, type SippOptions } from './support/sipp.ts'
import { startStunnel } from './support/stunnel.ts'

const rings = [maybe(100), maybe(180)]
const answered = expect(200, 'm=audio [1-9][0-9]* RTP/SAVP', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:')

/** What answers our own offer: the suite has the tag that our offer gave it. */
const answerToOurs = (version: number) =>
  offer({ version, crypto: [`4 AES_CM_128_HMAC_SHA1_80 inline:${keys.cm128}`] })

function decide(event: WebhookEvent, url: string): CallCommand[] {
  const to = isIncomingCall(event) ? event.data.to : ''
  if (to === 'slow') return [{ type: 'wait', ms: 20_000 }, { type: 'answer' }]
  if (to === 'short') return [{ type: 'answer' }, { type: 'wait', ms: 300 }, { type: 'hangup' }]
  return [{ type: 'answer' }, { type: 'stream', url }]
}

/** A trunk at 127.0.0.2 whose callers must know PRACK. */
function addStrict(settings: Settings): void {
  settings.trunks.push({
    id: 'strict',
    app: 'app',
    allowedAddresses: ['127.0.0.2/32'],
    reliableProvisional: 'required',
  })
}

describe('SIPp 3.6.1 in a call', { skip: without('sipp', 'stunnel4'), timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let viaPort = 0
  before(async () => {
    gateway = stack.use(await startGateway({ decide, configure: addStrict, scopes: ['metrics:read'] }))
    viaPort = gateway.mediaPorts.phone(0).min
    const common = { gatewayPort: gateway.sipPort, caFile: gateway.deployment.caFile }
    stack.use(await startStunnel({ ...common, folder: await gateway.folder(), acceptPort: viaPort }))
    const strict = { acceptPort: viaPort + 1, from: '127.0.0.2' }
    stack.use(await startStunnel({ ...common, ...strict, folder: await gateway.folder() }))
  })
  after(() => stack.disposeAsync())

  const caller = (to: string) =>
    requests({ from: '+12025550100', to, gateway: `127.0.0.1:${gateway.sipPort}` })
  async function passes(steps: readonly Step[], options: Partial<SippOptions> = {}): Promise<void> {
    const settings = { folder: await gateway.folder(), viaPort, steps, timeoutMs: 10_000, ...options }
    const { failed, successful, errors } = await runSipp(settings)
    assert.deepEqual([successful, failed], [1, 0], errors)
  }
  /** A call that is up, what happens in it, and its end with this CSeq. */
  async function inCall(
    steps: (o: ReturnType<typeof requests>) => readonly Step[],
    endSeq: number,
  ): Promise<void> {
    const from = caller('echo')
    const { invite, ack, bye } = from
    await passes([invite(offer()), ...rings, answered, ack(1), ...steps(from), bye(endSeq), expect(200)])
  }

  test('interop 17: a re-INVITE without an offer gets ours, and the ACK answers it', () =>
    inCall(
      ({ reinvite, ack }) => [
        reinvite(2, []),
        maybe(100),
        expect(200, 'm=audio [1-9][0-9]* RTP/SAVP', 'a=crypto:[0-9]+ AES_CM_128_HMAC_SHA1_80 inline:'),
        ack(2, answerToOurs(2)),
        pause(100),
        ...held(reinvite, ack, 3, offer({ version: 3, direction: 'sendonly' }), 'a=recvonly'),
      ],
      4,
    ))

  test('an answer in the ACK that cannot be used ends the call', async () => {
    const { invite, ack, reinvite, ok } = caller('echo')
    const useless = offer({ version: 2, profile: 'RTP/AVP', crypto: [] })
    await passes([
      invite(offer()),
      ...rings,
      answered,
      ack(1),
      reinvite(2, []),
      maybe(100),
      expect(200, 'm=audio'),
      ack(2, useless),
      expect('BYE'),
      ok(),
    ])
  })

  const zero = (version: number) =>
    offer({ version }).map((line) => line.replace(/^c=.*/, 'c=IN IP4 0.0.0.0'))
  const atSession = (version: number, direction: string) =>
    offer({ version }).flatMap((line) => (line.startsWith('t=') ? [line, `a=${direction}`] : [line]))
  const holds: readonly { what: string; sdp: string[]; answer: string }[] = [
    { what: 'sendonly', sdp: offer({ version: 2, direction: 'sendonly' }), answer: 'a=recvonly' },
    { what: 'inactive', sdp: offer({ version: 2, direction: 'inactive' }), answer: 'a=inactive' },
    { what: 'sendonly for the whole session', sdp: atSession(2, 'sendonly'), answer: 'a=recvonly' },
    { what: 'inactive for the whole session', sdp: atSession(2, 'inactive'), answer: 'a=inactive' },
    { what: 'the address 0.0.0.0', sdp: zero(2), answer: 'a=(recvonly|inactive)' },
  ]
  for (const { what, sdp, answer } of holds)
    test(`interop 21: hold by ${what} is answered in kind, and resumed`, () =>
      inCall(
        ({ reinvite, ack }) => [
          ...held(reinvite, ack, 2, sdp, answer),
          ...held(reinvite, ack, 3, offer({ version: 3, direction: 'sendrecv' }), 'a=sendrecv'),
        ],
        4,
      ))

  test('interop 21: the version of our o= line goes up with what we say', () =>
    inCall(
      ({ reinvite, ack }) => [
        ...held(reinvite, ack, 2, offer({ version: 2, direction: 'sendonly' }), 'o=[^ ]+ [0-9]+ 2 IN'),
        ...held(reinvite, ack, 3, offer({ version: 3 }), 'o=[^ ]+ [0-9]+ 3 IN'),
      ],
      4,
    ))

  test('interop 17: a re-INVITE may move the port and change the codec', () => {
    const moved = offer({ version: 2, port: 6_100 }).map((line) =>
      line.startsWith('m=') ? 'm=audio 6100 RTP/SAVP 8 101' : line,
    )
    return inCall(({ reinvite, ack }) => held(reinvite, ack, 2, moved, 'm=audio [0-9]+ RTP/SAVP 8'), 3)
  })

  test('interop 22: UPDATE refreshes without SDP, and holds with it', () =>
    inCall(
      ({ within }) => [
        within('UPDATE', 2, ['Session-Expires: 90;refresher=uac', 'Supported: timer']),
        expectMessage(200, ['Session-Expires: 90;refresher=uac', 'Content-Length: 0']),
        within('UPDATE', 3, [], offer({ version: 2, direction: 'sendonly' })),
        expect(200, 'a=recvonly'),
      ],
      4,
    ))

  test('interop 22: a session timer is agreed as asked, asked for by us, and refused when it is too short', async () => {
    const timers: readonly [string[], string[]][] = [
      [
        ['Session-Expires: 1800;refresher=uac', 'Supported: timer'],
        ['Session-Expires: 1800;refresher=uac', 'Require: timer'],
      ],
      [['Session-Expires: 600'], ['Session-Expires: 600;refresher=uas']],
      [['Supported: timer'], ['Session-Expires: 1800;refresher=uas']],
    ]
    for (const [asks, agrees] of timers) {
      const { invite, ack, bye } = caller('echo')
      const ok = expectMessage(200, agrees)
      await passes([invite(offer(), asks), ...rings, ok, ack(1), bye(2), expect(200)])
    }
    const { invite, ackRefusal } = caller('echo')
    const short = invite(offer(), ['Session-Expires: 30', 'Supported: timer'])
    await passes([short, maybe(100), expectMessage(422, ['Min-SE: 90']), ackRefusal(1)])
  })

  test('interop 26: who requires 100rel is told of ringing reliably, and its PRACK is answered', async () => {
    const { invite, within, ack, bye } = caller('short')
    const reliable = { viaPort: viaPort + 1 }
    const ringing = expectMessage(180, ['RSeq: ([0-9]+)', 'Require: 100rel'], 'rseq')
    await passes(
      [
        invite(offer(), ['Require: 100rel']),
        maybe(100),
        ringing,
        // Whichever comes first of the answer to the INVITE and to the PRACK.
        within('PRACK', 2, ['RAck: [$rseq] 1 INVITE']),
        expect(200),
        expect(200),
        ack(1),
        bye(3),
        expect(200),
      ],
      reliable,
    )
    const { invite: other, ackRefusal } = caller('echo')
    await passes(
      [other(offer()), maybe(100), expectMessage(421, ['Require: 100rel']), ackRefusal(1)],
      reliable,
    )
  })

  test('interop 28: REFER is refused and the call goes on, Replaces is refused too', async () => {
    await inCall(
      ({ within }) => [within('REFER', 2, ['Refer-To: <sip:+19005550100@127.0.0.1>']), expect(403)],
      3,
    )
    const { invite, ackRefusal } = caller('echo')
    const replaces = invite(offer(), ['Replaces: somebody@else;to-tag=1;from-tag=2'])
    await passes([replaces, maybe(100), expect(481), ackRefusal(1)])
  })

  test('interop 25: CANCEL that crosses our 200 is answered and changes nothing', async () => {
    const { invite, cancel, ack, bye } = caller('echo')
    const crossing = [cancel(), expectMessage(200, ['CSeq: 1 CANCEL'])]
    await passes([invite(offer()), ...rings, answered, ...crossing, ack(1), bye(2), expect(200)])
  })

  test('interop 25: a late ACK is enough; the 200 is repeated until it comes', async () => {
    const { invite, ack, bye } = caller('echo')
    await passes([invite(offer()), ...rings, answered, expect(200), ack(1), bye(2), expect(200)])
  })

  test('interop 24: an offer meets 491 while ours waits for its answer', () =>
    inCall(
      ({ reinvite, ack, within }) => [
        reinvite(2, []),
        maybe(100),
        expect(200, 'm=audio'),
        within('UPDATE', 3, [], offer({ version: 2 })),
        expect(491),
        ack(2, answerToOurs(2)),
        pause(50),
        ...held(reinvite, ack, 4, offer({ version: 3, direction: 'sendonly' }), 'a=recvonly'),
      ],
      5,
    ))

  test('interop 27: OPTIONS within the call is answered', () =>
    inCall(({ within }) => [within('OPTIONS', 2), expectMessage(200, ['Allow: INVITE'])], 3))

  test('interop 29: nothing is left of all these calls', async () => {
    const { invite, ack, bye } = caller('echo')
    await passes([invite(offer()), ...rings, answered, ack(1), bye(2), expect(200)])
    for (const event of gateway.app.events.filter(isIncomingCall)) {
      const { call_id: id } = event.data
      await gateway.app.event('call.ended', ({ data }) => 'call_id' in data && data.call_id === id)
    }
    const metric = await readMetrics(gateway)
    const [opened, retired] = [metric('sip_legs_opened_total'), metric('sip_legs_retired_total')]
    assert.equal(opened, gateway.app.events.filter(isIncomingCall).length)
    assert.equal(retired, opened)
  })
})

type Requests = ReturnType<typeof requests>

/** A re-INVITE, answered so, and acknowledged. */
function held(
  reinvite: Requests['reinvite'],
  ack: Requests['ack'],
  cseq: number,
  sdp: readonly string[],
  answer: string,
): Step[] {
  return [reinvite(cseq, sdp), maybe(100), expect(200, answer), ack(cseq)]
}
