import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { ServerResponse } from 'node:http'
import { createPki, createStiAuthority } from '@voxkeep/pki'
import type { IncomingCall } from '#call'
import { readSecret, Secret, systemClock, type AppId, type Config } from '#kernel'
import { egressGuard, httpsClient } from '#webhook'
import { openStir } from './open-stir.ts'

const folder = mkdtempSync(join(tmpdir(), 'voxkeep-stir-'))
after(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return join(folder, name)
}

// Certificates are fetched like any web page: by the authorities that the system trusts.
const web = await createPki()
const trustedBefore = getCACertificates('default')
setDefaultCACertificates([...trustedBefore, web.caPem])
after(() => setDefaultCACertificates(trustedBefore))

const network = await createStiAuthority()
const carrier = await network.issue({ name: 'SHAKEN 709J', numbers: [{ kind: 'spc', code: '709J' }] })
const rootsFile = file('roots.pem', network.certPem)
const keyFile = file('key.pem', carrier.keyPem)

const from = '+12155551212'
const to = '+12125551213'

interface Site extends AsyncDisposable {
  readonly url: string
  readonly requests: () => number
}

async function startSite(answer: (response: ServerResponse) => void): Promise<Site> {
  const { certPem: cert, keyPem: key } = await web.issue(['127.0.0.1'])
  let requests = 0
  const server: Server = createServer({ cert, key }, (_request, response) => {
    requests += 1
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/signer.pem`,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Identity = Config['trunks'][number]['identity']

function open(
  certificateUrl: string,
  change: {
    allowPrivate?: string[]
    stir?: object
    identity?: Identity
    readSecret?: typeof readSecret
  } = {},
) {
  const { allowPrivate = ['127.0.0.0/8'], identity = 'reject' } = change
  const client = httpsClient({ guard: egressGuard({ allowPrivate }), clock: systemClock })
  const config = {
    stir: {
      rootsFile,
      freshnessS: 60,
      certificateCacheS: 3_600,
      sign: { keyFile, certificateUrl, attestation: 'A' },
      ...change.stir,
    },
    trunks: [
      { id: 'carrier', identity },
      { id: 'pbx', identity: 'off' },
    ],
    apps: [
      { id: 'bank', tenant: 'acme', dialing: { callerIds: [from, '+1800*'] } },
      { id: 'shop', tenant: 'acme' },
      { id: 'other', tenant: 'globex' },
    ],
  } as unknown as Config
  const counted: string[] = []
  const stir = openStir(config, {
    clock: systemClock,
    client,
    originKey: new Secret(Buffer.alloc(32, 7)),
    readSecret: change.readSecret ?? readSecret,
    count: (name, labels) => counted.push(`${name} ${labels?.['status']} ${labels?.['reason']}`),
  })
  const owned = new DisposableStack()
  owned.use(client)
  owned.use(stir)
  return {
    counted,
    sign: (app = 'bank', shown = from) => stir.signIdentity({ app: app as AppId, from: shown, to }),
    verify: (identity: readonly string[], trunk = 'carrier') =>
      stir.verifyIdentity(
        { trunk, identity, date: undefined, from, to, sipCallId: 'a@test' } as unknown as IncomingCall,
        AbortSignal.timeout(10_000),
      ),
    [Symbol.dispose]: () => owned.dispose(),
  }
}

const claimsOf = (identity: string | undefined) =>
  JSON.parse(Buffer.from(identity?.split('.')[1] ?? '', 'base64url').toString()) as {
    attest: string
    origid: string
  }

test('openStir() signs what it verifies, with the certificate from the web', async () => {
  await using site = await startSite((response) => void response.end(carrier.certPem))
  using at = open(site.url)
  const identity = [(await at.sign()) ?? '']
  const { originationId, ...result } = await at.verify(identity)
  assert.deepEqual(result, {
    status: 'passed',
    attestation: 'A',
    signer: 'CN=SHAKEN 709J; SPC 709J',
    policy: 'accept',
  })
  assert.match(originationId ?? '', /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  await at.verify(identity)
  assert.equal(site.requests(), 1)
  assert.deepEqual(at.counted, ['identity_verified passed ', 'identity_verified passed '])
})

test('openStir() signs with a new key as soon as it is there, and with the last good one until then', async () => {
  await using site = await startSite((response) => void response.end(carrier.certPem))
  const other = await network.issue({ name: 'SHAKEN 709J', numbers: [{ kind: 'spc', code: '709J' }] })
  const own = file('changing.pem', other.keyPem)
  let key = readSecret(`file:${own}`)
  const sign = { keyFile: own, certificateUrl: site.url, attestation: 'A' }
  using at = open(site.url, { stir: { sign }, readSecret: () => key })
  const isGood = async () => (await at.verify([(await at.sign()) ?? ''])).status
  assert.equal(await isGood(), 'failed') // it is not the key of the certificate
  key = new Secret(carrier.keyPem)
  assert.equal(await isGood(), 'passed')
  key = new Secret('no key at all')
  assert.equal(await isGood(), 'passed')
})

test('openStir() asks nobody for a trunk whose policy is off', async () => {
  await using site = await startSite((response) => void response.end(carrier.certPem))
  using at = open(site.url)
  assert.deepEqual(await at.verify([(await at.sign()) ?? ''], 'pbx'), { status: 'off', policy: 'accept' })
  assert.equal(site.requests(), 0)
})

test('openStir() refuses a call without an Identity with 428 where the trunk wants one', async () => {
  using at = open('https://127.0.0.1/')
  assert.deepEqual(await at.verify([]), { status: 'none', policy: 'reject', refuseWith: 428 })
})

test('openStir() never connects to a private address that x5u names', async () => {
  await using site = await startSite((response) => void response.end(carrier.certPem))
  using at = open(site.url, { allowPrivate: [] })
  const result = await at.verify([(await at.sign()) ?? ''])
  const { status, reason, policy, refuseWith } = result
  assert.deepEqual(
    [status, reason, policy, refuseWith],
    ['unavailable', 'certificate-unavailable', 'reject', 436],
  )
  assert.equal(site.requests(), 0)
})

const badAnswers: readonly [what: string, answer: (response: ServerResponse) => void][] = [
  ['404', (response) => void response.writeHead(404).end(carrier.certPem)],
  ['a redirect', (response) => void response.writeHead(302, { location: '/elsewhere' }).end()],
  ['64 KiB and more', (response) => void response.end(carrier.certPem + '\n'.repeat(64 * 1_024))],
  [
    'an answer that breaks off',
    (response) => void response.writeHead(200, { 'content-length': '9' }).destroy(),
  ],
]
for (const [what, answer] of badAnswers) {
  test(`openStir() closes when the certificate’s server gives ${what}`, async () => {
    await using site = await startSite(answer)
    using at = open(site.url, { identity: 'downgrade' })
    const { status, policy } = await at.verify([(await at.sign()) ?? ''])
    assert.deepEqual([status, policy], ['unavailable', 'downgrade'])
  })
}

test('openStir() fetches again what its server does not want kept', async () => {
  await using site = await startSite(
    (response) => void response.writeHead(200, { 'cache-control': 'no-store' }).end(carrier.certPem),
  )
  using at = open(site.url)
  const identity = [(await at.sign()) ?? '']
  await at.verify(identity)
  await at.verify(identity)
  assert.equal(site.requests(), 2)
})

test('signIdentity() attests A for the app’s own numbers only', async () => {
  using at = open('https://certificates.example/')
  const attested = async (app: string, shown: string) => claimsOf(await at.sign(app, shown)).attest
  assert.equal(await attested('bank', from), 'A')
  assert.equal(await attested('bank', '+18005550100'), 'A')
  assert.equal(await attested('bank', '+12155551213'), 'B')
  assert.equal(await attested('shop', from), 'B')
})

test('signIdentity() names each tenant by an identifier of its own that stays', async () => {
  using at = open('https://certificates.example/')
  using again = open('https://certificates.example/')
  const origin = async (by: typeof at, app: string) => claimsOf(await by.sign(app)).origid
  assert.equal(await origin(at, 'bank'), await origin(at, 'shop'))
  assert.equal(await origin(at, 'bank'), await origin(again, 'bank'))
  assert.notEqual(await origin(at, 'bank'), await origin(at, 'other'))
})

test('signIdentity() signs nothing without a key, or for an app that is not there', async () => {
  using without = open('https://certificates.example/', { stir: { sign: undefined } })
  assert.equal(await without.sign(), undefined)
  using at = open('https://certificates.example/')
  assert.equal(await at.sign('nobody'), undefined)
})

test('openStir() does not start when a trunk wants what no file is there for', () => {
  const without = { stir: { rootsFile: undefined, sign: undefined } }
  assert.throws(
    () => open('https://a.example/', without),
    /trunk carrier: identity: reject needs stir\.rootsFile/,
  )
  using _ = open('https://a.example/', { ...without, identity: 'off' })
})

test('openStir() does not start with files that it cannot use', () => {
  const missing = join(folder, 'missing.pem')
  const url = 'https://a.example/'
  assert.throws(() => open(url, { stir: { rootsFile: missing } }), { code: 'CONFIG_INVALID' })
  assert.throws(() => open(url, { stir: { rootsFile: keyFile } }), { code: 'STIR_ROOTS_INVALID' })
  const sign = { certificateUrl: url, attestation: 'A' }
  assert.throws(() => open(url, { stir: { sign: { ...sign, keyFile: missing } } }), {
    code: 'CONFIG_INVALID',
  })
  const exposed = file('open.pem', carrier.keyPem)
  chmodSync(exposed, 0o644)
  assert.throws(() => open(url, { stir: { sign: { ...sign, keyFile: exposed } } }), /chmod 600/)
  assert.throws(() => open(url, { stir: { sign: { ...sign, keyFile: rootsFile } } }), {
    code: 'STIR_KEY_INVALID',
  })
})
