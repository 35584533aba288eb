import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import { commands, isIncomingCall, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import { answerCalls, type AnsweringPhone } from '@voxkeep/softphone'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { offer } from './support/offers.ts'
import { connectRaw } from './support/raw-peer.ts'

const office = '+12025550101'
const target = '+12025550177'

/** The caller's trunk may refer to one number; the app may call all of the office's. */
const allowRefer = (officePort: number) => (settings: Settings) => {
  const [trunk] = settings.trunks
  const [app] = settings.apps
  assert.ok(trunk && app)
  trunk['refer'] = { accept: true, targets: [target] }
  const outbound = { host: '127.0.0.1', port: officePort, caFile: 'tls/ca.pem', health: { intervalMs: 0 } }
  settings.trunks.push({ id: 'office', app: 'app', outbound })
  app['dialing'] = {
    trunks: ['office'],
    callerIds: ['+12025550199'],
    prefixes: ['+1202555'],
    transfers: [target],
  }
}

/** A caller who writes its requests by hand. */
async function caller(gateway: GatewayProcess) {
  const { sipPort, deployment } = gateway
  const peer = await connectRaw({ port: sipPort, ca: deployment.caPem })
  let remote = { uri: `sip:${office}@127.0.0.1:${sipPort};transport=tls`, tag: '' }
  function request(method: string, cseq: number, more: readonly string[] = [], body: readonly string[] = []) {
    const sdp = body.length === 0 ? '' : `${body.join('\r\n')}\r\n`
    const lines = [
      `${method} ${remote.uri} SIP/2.0`,
      `Via: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK${method}${cseq};rport`,
      'Max-Forwards: 70',
      'From: <sip:+12025550142@127.0.0.1>;tag=refers',
      `To: <sip:${office}@127.0.0.1>${remote.tag}`,
      'Call-ID: refers@127.0.0.1',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:refers@127.0.0.1:5999;transport=tls>',
      ...more,
      ...(sdp === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${sdp.length}`,
    ]
    peer.write(`${lines.join('\r\n')}\r\n\r\n${sdp}`)
  }
  async function served(pattern: RegExp): Promise<string> {
    const [text] = await peer.until(pattern)
    const copied = text.split('\r\n').filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/.test(line))
    peer.write(['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'))
    return text
  }
  return {
    peer,
    request,
    response: (status: number, cseq: string) =>
      peer.until(new RegExp(`SIP/2\\.0 ${status} [^\\r]*\\r\\n(?:[^\\r]+\\r\\n)*CSeq: ${cseq}\\r\\n`)),
    /** Takes where the dialog's requests go. */
    async establish() {
      const found = await peer.until(
        /SIP\/2\.0 200 OK\r\n(?:[^\r]+\r\n)*To: [^\r]*(;tag=\w+)\r\n(?:[^\r]+\r\n)*Contact: <([^>]+)>/,
      )
      remote = { tag: found[1] ?? '', uri: found[2] ?? '' }
      request('ACK', 1)
    },
    /** A NOTIFY with this status line, answered. */
    notified: (status: number) =>
      served(new RegExp(`NOTIFY sip:(?:[^\\r]+\\r\\n)+\\r\\nSIP/2\\.0 ${status} [^\\r]*\\r\\n`)),
    /** BYE, answered. */
    hungUp: () => served(/BYE sip:(?:[^\r]+\r\n)+\r\n/),
  }
}

describe('a caller who transfers with REFER', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let phones: AnsweringPhone
  before(async () => {
    const [port = 0] = await freePorts(1)
    const decide = (event: WebhookEvent): readonly CallCommand[] =>
      isIncomingCall(event) ? [commands.dial(office)] : []
    gateway = stack.use(await startGateway({ decide, configure: allowRefer(port) }))
    const { certFile, keyFile } = gateway.deployment.app
    phones = stack.use(
      await answerCalls({
        port,
        cert: await readFile(certFile, 'utf8'),
        key: await readFile(keyFile, 'utf8'),
        speech: 'echo',
        suites: ['AES_CM_128_HMAC_SHA1_80'],
        codecs: ['PCMA'],
        decide: () => ({ kind: 'answer' }),
      }),
    )
  })
  after(() => stack.disposeAsync())

  test('interop 28: REFER calls who is on the list, tells how it went, and whoever was referred talks on', async () => {
    const first = phones.nextCall()
    const { peer, request, response, establish, notified, hungUp } = await caller(gateway)
    using _ = peer
    request('INVITE', 1, [], offer())
    const phone = await first
    await phone.whenUp
    await establish()
    request('REFER', 2, ['Refer-To: <sip:+19005550100@127.0.0.1>'])
    await response(403, '2 REFER')
    const second = phones.nextCall()
    request('REFER', 3, [`Refer-To: <sip:${target}@127.0.0.1:${gateway.sipPort}>`])
    await response(202, '3 REFER')
    assert.match(await notified(100), /Subscription-State: active;expires=\d+\r\n/)
    const referred = await second
    await referred.whenUp
    assert.match(await notified(200), /Subscription-State: terminated;reason=noresource\r\n/)
    await hungUp() // it has talked its part
    referred.hangup()
    assert.deepEqual(await phone.whenEnded, { why: 'remote-hung-up' })
  })
})
