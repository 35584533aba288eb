import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { SecurityReceipt } from '#call'
import { commands } from '@voxkeep/sdk'
import { startCertificateSite, type CertificateSite } from './support/certificate-site.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { offer } from './support/offers.ts'
import { opensslSti, type OpensslSti } from './support/openssl-sti.ts'
import { signWithPyJwt, withoutPyJwt } from './support/py-jwt.ts'
import { expect, maybe, requests, type Step } from './support/sipp-scenario.ts'
import { runSipp } from './support/sipp.ts'
import { startStunnel } from './support/stunnel.ts'

const from = '+12155551212'
const trunks = { reject: '127.0.0.2', downgrade: '127.0.0.3', report: '127.0.0.4' } as const
type Policy = keyof typeof trunks

/** SIPp calls, PyJWT signs, OpenSSL certifies. */
const skip = without('sipp', 'stunnel4') || withoutPyJwt()

describe('STIR/SHAKEN on calls that come in', { skip, timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  const viaPorts = new Map<Policy, number>()
  let gateway: GatewayProcess
  let site: CertificateSite
  let carrier: OpensslSti
  let stranger: OpensslSti

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voxkeep-stir-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    const makeIn = (name: string) => {
      mkdirSync(join(folder, name))
      return opensslSti(join(folder, name))
    }
    carrier = makeIn('carrier')
    stranger = makeIn('stranger')
    const files = { '/carrier.pem': carrier.chainPem, '/stranger.pem': stranger.chainPem }
    site = stack.use(await startCertificateSite(folder, files))
    const trusted = process.env['NODE_EXTRA_CA_CERTS']
    process.env['NODE_EXTRA_CA_CERTS'] = site.caFile
    try {
      gateway = stack.use(
        await startGateway({
          decide: () => [commands.answer(), commands.hangup()],
          configure: withTrunks(carrier.rootFile),
          scopes: ['calls:read'],
        }),
      )
    } finally {
      if (trusted === undefined) delete process.env['NODE_EXTRA_CA_CERTS']
      else process.env['NODE_EXTRA_CA_CERTS'] = trusted
    }
    const { min } = gateway.mediaPorts.phone(0)
    const { sipPort: gatewayPort, deployment } = gateway
    for (const [index, policy] of (Object.keys(trunks) as Policy[]).entries()) {
      viaPorts.set(policy, min + index)
      const options = {
        gatewayPort,
        caFile: deployment.caFile,
        from: trunks[policy],
        acceptPort: min + index,
      }
      stack.use(await startStunnel({ ...options, folder: await gateway.folder() }))
    }
  })
  after(() => stack.disposeAsync())

  const now = () => Math.floor(Date.now() / 1_000)
  function identity(
    to: string,
    change: { iat?: number; path?: string; by?: OpensslSti; orig?: string } = {},
  ): string {
    const x5u = site.url(change.path ?? '/carrier.pem')
    const token = signWithPyJwt({
      header: { ppt: 'shaken', typ: 'passport', x5u },
      claims: {
        attest: 'A',
        dest: { tn: [to.slice(1)] },
        iat: change.iat ?? now(),
        orig: { tn: change.orig ?? from.slice(1) },
        origid: '123e4567-e89b-12d3-a456-426655440000',
      },
      key: (change.by ?? carrier).keyPem,
    })
    return `Identity: ${token};info=<${x5u}>;alg=ES256;ppt=shaken`
  }

  async function call(policy: Policy, to: string, headers: readonly string[], status: number): Promise<void> {
    const { invite, ack, ackRefusal, ok } = requests({ from, to, gateway: `127.0.0.1:${gateway.sipPort}` })
    const first = invite(offer())
    const asking: Step = first.kind === 'send' ? { ...first, message: [...first.message, ...headers] } : first
    const rest = status === 200 ? [expect(200), ack(1), expect('BYE'), ok()] : [expect(status), ackRefusal(1)]
    const { successful, failed, errors } = await runSipp({
      folder: await gateway.folder(),
      viaPort: viaPorts.get(policy) ?? 0,
      steps: [asking, maybe(100), maybe(180), ...rest],
    })
    assert.deepEqual([successful, failed], [1, 0], errors)
  }

  test('a signed call is answered, and webhook and receipt say who signed', async () => {
    const to = '+12125550101'
    await call('reject', to, [identity(to)], 200)
    const told = await gateway.app.call(to).told('call.incoming')
    assert.equal(told['from'], from)
    const signer = 'CN=SHAKEN 709J, O=Example Telephone, C=US; SPC 709J'
    assert.partialDeepStrictEqual(told['identity'], { status: 'passed', attestation: 'A', signer })
    await gateway.app.call(to).told('call.ended')
    const { receipt } = await gateway.api.calls.get(await gateway.app.call(to).id())
    assert.partialDeepStrictEqual((receipt as SecurityReceipt).identity, {
      status: 'passed',
      originationId: '123e4567-e89b-12d3-a456-426655440000',
      policy: 'accept',
    })
  })

  test('a trunk that wants signed calls refuses the others, each with its status (RFC 8224 §6.2.2)', async () => {
    const to = '+12125550102'
    const good = identity(to)
    await call('reject', to, [], 428)
    await call('reject', to, ['Identity: garbage'], 438)
    await call('reject', to, [identity(to, { iat: now() - 120 })], 403)
    await call('reject', to, [identity(to, { path: '/missing.pem' })], 436)
    await call('reject', to, [identity(to, { path: '/stranger.pem', by: stranger })], 437)
    await call('reject', to, [identity(to, { by: stranger })], 438)
    await call('reject', to, [identity(to, { orig: '12155559999' })], 438)
    await call('reject', to, [identity('+12125559999')], 438)
    await call('reject', to, [good], 200)
    await call('reject', to, [good], 438) // again, as another call
    const asked = gateway.app.events.filter((event) => event.type === 'call.incoming')
    assert.equal(asked.filter(({ data }) => 'to' in data && data.to === to).length, 1)
  })

  test('with downgrade the app hears of an unproven caller as anonymous', async () => {
    const to = '+12125550103'
    await call('downgrade', to, [], 200)
    const told = await gateway.app.call(to).told('call.incoming')
    assert.equal(told['from'], 'anonymous')
    assert.partialDeepStrictEqual(told['identity'], { status: 'none' })
  })

  test('with report the app hears of a signature that does not hold, and decides', async () => {
    const to = '+12125550104'
    await call('report', to, [identity(to, { by: stranger })], 200)
    const told = await gateway.app.call(to).told('call.incoming')
    assert.equal(told['from'], from)
    assert.partialDeepStrictEqual(told['identity'], { status: 'failed', reason: 'signature' })
  })

  test('certificates are fetched once, and again only after a failure', () => {
    assert.equal(site.asked.filter((path) => path === '/carrier.pem').length, 1)
    assert.deepEqual([...new Set(site.asked)].toSorted(), ['/carrier.pem', '/missing.pem', '/stranger.pem'])
  })
})

function withTrunks(rootsFile: string) {
  return (settings: Settings) => {
    settings['stir'] = { rootsFile }
    for (const [identity, address] of Object.entries(trunks)) {
      settings.trunks.push({ id: identity, app: 'app', allowedAddresses: [`${address}/32`], identity })
    }
  }
}
