import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { answerCalls } from '@voxkeep/softphone'
import { createPki } from '@voxkeep/pki'
import { commands } from '@voxkeep/sdk'
import { startGateway, type Settings } from './support/gateway-process.ts'
import { opensslSti } from './support/openssl-sti.ts'
import { verifyWithPyJwt, withoutPyJwt } from './support/py-jwt.ts'

const x5u = 'https://certificates.example/signer.pem'
const own = '+12133734253'
const to = '+12025550142'

test(
  'a call that the gateway places has an Identity that PyJWT verifies',
  { skip: withoutPyJwt(), timeout: 60_000 },
  async () => {
    await using stack = new AsyncDisposableStack()
    const folder = mkdtempSync(join(tmpdir(), 'voxkeep-stir-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    const sti = opensslSti(folder)
    const pki = await createPki()
    const { certPem: cert, keyPem: key } = await pki.issue(['127.0.0.1'])
    const phone = stack.use(await answerCalls({ port: 0, cert, key }))
    const gateway = stack.use(
      await startGateway({
        decide: () => [commands.hangup()],
        configure: (settings) => signing(settings, sti.keyFile, phone.port, pki.caPem),
        scopes: ['calls:read', 'calls:write'],
      }),
    )
    const before = Math.floor(Date.now() / 1_000)
    await gateway.api.calls.create({ app: 'app', to })
    const { invite } = await phone.nextCall()
    const [token = '', ...parameters] = invite.headers.get('Identity')?.split(';') ?? []
    assert.deepEqual(parameters, [`info=<${x5u}>`, 'alg=ES256', 'ppt=shaken'])
    const { header, claims } = verifyWithPyJwt({ token, certificate: sti.signerPem })
    assert.deepEqual(header, { alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u })
    const { iat, origid, ...rest } = claims
    assert.deepEqual(rest, { attest: 'A', dest: { tn: [to.slice(1)] }, orig: { tn: own.slice(1) } })
    assert.ok(Number(iat) >= before && Number(iat) <= before + 30)
    assert.match(String(origid), /^[\da-f-]{36}$/)
  },
)

function signing(settings: Settings, keyFile: string, port: number, caPem: string): void {
  const caFile = join(keyFile, '..', 'peer-ca.pem')
  writeFileSync(caFile, caPem)
  settings['stir'] = { sign: { keyFile, certificateUrl: x5u, attestation: 'A' } }
  settings.trunks.push({
    id: 'carrier',
    app: 'app',
    allowedAddresses: ['127.0.0.9/32'],
    outbound: { host: '127.0.0.1', port, caFile },
  })
  for (const app of settings.apps) {
    Object.assign(app, { dialing: { trunks: ['carrier'], callerIds: [own], countries: ['US'] } })
  }
}
