import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isIncomingCall, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { keys, offer } from './support/offers.ts'
import { expect, maybe, pause, requests, type Step } from './support/sipp-scenario.ts'
import { runSipp, type SippOptions, type SippResult } from './support/sipp.ts'
import { startStunnel } from './support/stunnel.ts'

const cm128 = (tag: number) => `${tag} AES_CM_128_HMAC_SHA1_80 inline:${keys.cm128}`
const rings = [maybe(100), maybe(180)]

/** The name that is called says what the app does. */
function decide(event: WebhookEvent, url: string): CallCommand[] {
  const to = isIncomingCall(event) ? event.data.to : ''
  if (to === 'slow') return [{ type: 'wait', ms: 20_000 }, { type: 'answer' }]
  if (to === 'busy') return [{ type: 'reject', status: 486 }]
  if (to === 'short') return [{ type: 'answer' }, { type: 'hangup' }]
  return [{ type: 'answer' }, { type: 'stream', url }]
}

/** A trunk at 127.0.0.2 that may do what others may not. */
function addPbx(settings: Settings): void {
  const srtp = { allowAvpWithCrypto: true }
  settings.trunks.push({ id: 'pbx', app: 'app', allowedAddresses: ['127.0.0.2/32'], srtp })
}

describe('SIPp 3.6.1 behind stunnel', { skip: without('sipp', 'stunnel4'), timeout: 150_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let viaPort = 0
  let viaPbxPort = 0
  before(async () => {
    gateway = stack.use(await startGateway({ decide, configure: addPbx }))
    viaPort = gateway.mediaPorts.phone(0).min
    viaPbxPort = viaPort + 1
    const { sipPort: gatewayPort, deployment } = gateway
    const common = { gatewayPort, caFile: deployment.caFile }
    stack.use(await startStunnel({ ...common, folder: await gateway.folder(), acceptPort: viaPort }))
    const fromPbx = { acceptPort: viaPbxPort, from: '127.0.0.2' }
    stack.use(await startStunnel({ ...common, ...fromPbx, folder: await gateway.folder() }))
  })
  after(() => stack.disposeAsync())

  const caller = (to: string) =>
    requests({ from: '+12025550100', to, gateway: `127.0.0.1:${gateway.sipPort}` })
  async function run(steps: readonly Step[], options: Partial<SippOptions> = {}): Promise<SippResult> {
    return runSipp({ folder: await gateway.folder(), viaPort, steps, ...options })
  }
  async function passes(steps: readonly Step[], options: Partial<SippOptions> = {}): Promise<void> {
    const { failed, successful, errors } = await run(steps, options)
    assert.deepEqual([successful, failed], [1, 0], errors)
  }

  test('startGateway() carries 200 calls at 20 a second without a failure', async () => {
    const { invite, ack, bye } = caller('load')
    const answered = expect(200, 'm=audio [0-9]+ RTP/SAVP', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:')
    const steps = [invite(offer()), ...rings, answered, ack(1), pause(2_000), bye(2), expect(200)]
    const { failed, successful, errors } = await run(steps, { calls: 200, perSecond: 20, timeoutMs: 40_000 })
    assert.deepEqual([successful, failed], [200, 0], errors)
    assert.equal(gateway.app.events.filter(isIncomingCall).length, 200)
    assert.equal(gateway.app.refused(), 0)
  })

  const offers: readonly { what: string; sdp: string[]; answer: string[] }[] = [
    {
      what: 'the strongest suite of several, under the tag it was offered with (interop 3)',
      sdp: offer({
        crypto: [
          cm128(3),
          `7 AEAD_AES_256_GCM inline:${keys.gcm256}`,
          `9 AEAD_AES_128_GCM inline:${keys.gcm128}`,
        ],
      }),
      answer: ['a=crypto:7 AEAD_AES_256_GCM inline:'],
    },
    {
      what: 'AEAD_AES_128_GCM when it is the only one',
      sdp: offer({ crypto: [`1 AEAD_AES_128_GCM inline:${keys.gcm128}`] }),
      answer: ['a=crypto:1 AEAD_AES_128_GCM inline:'],
    },
    {
      what: 'a key whose base64 lacks its padding (interop 3)',
      sdp: offer({ crypto: [`1 AEAD_AES_256_GCM inline:${keys.gcm256.replaceAll('=', '')}`] }),
      answer: ['a=crypto:1 AEAD_AES_256_GCM inline:'],
    },
    {
      what: 'a key with a lifetime (interop 1)',
      sdp: offer({ crypto: [`${cm128(1)}|2^31`] }),
      answer: ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:'],
    },
    {
      what: 'a key with a master key identifier and no lifetime (interop 1)',
      sdp: offer({ crypto: [`${cm128(1)}|1:1`] }),
      answer: ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:'],
    },
    {
      what: 'SAVP and zeroes the AVP that was offered beside it (interop 8)',
      sdp: [...offer(), 'm=audio 6000 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000'],
      answer: ['m=audio [1-9][0-9]* RTP/SAVP', 'm=audio 0 RTP/AVP'],
    },
    {
      what: 'audio alone when video was offered too',
      sdp: [...offer(), 'm=video 6002 RTP/SAVP 96', 'a=rtpmap:96 VP8/90000', `a=crypto:${cm128(1)}`],
      answer: ['m=audio [1-9][0-9]* RTP/SAVP', 'm=video 0 '],
    },
    {
      what: 'sendonly with recvonly (interop 21)',
      sdp: offer({ direction: 'sendonly' }),
      answer: ['a=recvonly'],
    },
    {
      what: 'inactive with inactive (interop 21)',
      sdp: offer({ direction: 'inactive' }),
      answer: ['a=inactive'],
    },
  ]
  for (const { what, sdp, answer } of offers) {
    test(`an INVITE is answered: ${what}`, async () => {
      const { invite, ack, bye } = caller('offer')
      await passes([invite(sdp), ...rings, expect(200, ...answer), ack(1), bye(2), expect(200)])
    })
  }

  const refusals: readonly { what: string; sdp: string[] }[] = [
    { what: 'RTP/AVP', sdp: offer({ profile: 'RTP/AVP', crypto: [] }) },
    {
      what: 'RTP/AVP with a=crypto, unless the trunk allows it (interop 8)',
      sdp: offer({ profile: 'RTP/AVP' }),
    },
    { what: 'RTP/SAVP without a key', sdp: offer({ crypto: [] }) },
    {
      what: 'a suite that the trunk does not have',
      sdp: offer({ crypto: [`1 AES_CM_128_HMAC_SHA1_32 inline:${keys.cm128}`] }),
    },
    {
      what: 'a key that is too short',
      sdp: offer({ crypto: [`1 AES_CM_128_HMAC_SHA1_80 inline:${keys.gcm128}`] }),
    },
    { what: 'a request for no encryption', sdp: offer({ crypto: [`${cm128(1)} UNENCRYPTED_SRTP`] }) },
  ]
  for (const { what, sdp } of refusals) {
    test(`an INVITE is refused with 488: ${what}`, async () => {
      const { invite, ackRefusal } = caller('refused')
      await passes([invite(sdp), ...rings, expect(488), ackRefusal(1)])
    })
  }

  test('interop 8: an INVITE without an offer is answered with one that has a=crypto', async () => {
    const { invite, ack, bye } = caller('offerless')
    const offered = expect(200, 'm=audio [0-9]+ RTP/SAVP', 'a=crypto:[0-9]+ AES_CM_128_HMAC_SHA1_80 inline:')
    await passes([
      invite([]),
      ...rings,
      offered,
      ack(1, offer({ crypto: [cm128(4)] })),
      pause(200),
      bye(2),
      expect(200),
    ])
  })

  test('interop 21: a re-INVITE holds and another resumes, each answered in kind', async () => {
    const { invite, reinvite, ack, bye } = caller('hold')
    const again = (cseq: number, direction: string, answer: string) => [
      reinvite(cseq, offer({ direction, version: cseq })),
      maybe(100),
      expect(200, `a=${answer}`, 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:'),
      ack(cseq),
    ]
    const start = [invite(offer()), ...rings, expect(200, 'm=audio'), ack(1)]
    const held = again(2, 'sendonly', 'recvonly')
    await passes([...start, ...held, ...again(3, 'sendrecv', 'sendrecv'), bye(4), expect(200)])
  })

  test('interop 25: CANCEL before the answer ends the call', async () => {
    const { invite, cancel, ackRefusal } = caller('slow')
    const steps = [
      invite(offer()),
      maybe(100),
      expect(180),
      cancel(),
      expect(200),
      expect(487),
      ackRefusal(1),
    ]
    await passes(steps)
    const ended = await gateway.app.event('call.ended', ({ type, data }) => {
      return type === 'call.ended' && 'reason' in data && data.reason === 'caller-cancelled'
    })
    assert.equal('answered' in ended.data && ended.data.answered, false)
  })

  test('an app’s refusal reaches the caller with its status', async () => {
    const { invite, ackRefusal } = caller('busy')
    await passes([invite(offer()), ...rings, expect(486), ackRefusal(1)])
  })

  test('interop 31: an app’s hangup reaches the caller as BYE on the connection the caller made', async () => {
    const { invite, ack, ok } = caller('short')
    await passes([invite(offer()), ...rings, expect(200, 'm=audio'), ack(1), expect('BYE'), ok()])
  })

  test('interop 8: RTP/AVP with a=crypto is answered in kind where the trunk allows it', async () => {
    const { invite, ack, bye } = caller('pbx')
    const answered = expect(200, 'm=audio [0-9]+ RTP/AVP', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:')
    const steps = [invite(offer({ profile: 'RTP/AVP' })), ...rings, answered, ack(1), bye(2), expect(200)]
    await passes(steps, { viaPort: viaPbxPort })
  })

  test('interop 27: OPTIONS is answered with 200', async () => {
    const { options } = caller('anybody')
    await passes([options(), expect(200)])
  })
})
