import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { createPki, type IssueOptions } from '@voxkeep/pki'
import { systemClock, type Config } from '#kernel'
import { opensslResponder, staple, subjectOf } from './test-ocsp.ts'
import { startTestEdge, type TestEdge, type TestEdgeOptions } from './test-edge.ts'
import { requestText } from './test-peer.ts'
import { carrier, withPool } from './test-pool.ts'

/** An edge whose certificate comes from an authority with OpenSSL as its responder. */
async function edgeWith(
  t: TestContext,
  options: TestEdgeOptions & {
    named?: boolean
    ocsp?: Partial<Config['sip']['listen'][number]['ocsp']>
  } = {},
) {
  const pki = await createPki()
  const signer = await pki.issue(['ocsp.example'], { ocspSigning: true })
  const responder = await opensslResponder(t, { caPem: pki.caPem, signer })
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-own-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const issue = (o: IssueOptions = {}) =>
    pki.issue(['gw.example', '127.0.0.1'], options.named === false ? o : { ...o, ocspUrl: responder.url })
  const pair = await issue()
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  const install = ({ certPem, keyPem }: typeof pair) => {
    writeFileSync(tls.keyFile, keyPem)
    writeFileSync(tls.certFile, certPem)
  }
  install(pair)
  const clientCaFile = join(folder, 'ca.pem')
  writeFileSync(clientCaFile, pki.caPem)
  const urls: string[] = []
  const ocsp = { staple: true, ...options.ocsp }
  const start = () =>
    startTestEdge({
      clock: systemClock,
      listen: { tls, clientCaFile, ocsp },
      fetchOcsp: (url, request, signal) => {
        urls.push(url)
        return responder.ask(url, request, signal)
      },
      ...options,
    })
  return { pki, pair, responder, clientCaFile, start, urls, install, issue }
}

/** What `openssl s_client` sees of the staple, and thinks of it. */
async function shown(edge: TestEdge, caFile: string, version: string): Promise<string> {
  const args = ['s_client', '-connect', `127.0.0.1:${edge.port}`, '-status', version, '-CAfile', caFile]
  const running = promisify(execFile)('openssl', args)
  running.child.stdin?.end()
  return (await running).stdout
}

for (const named of [true, false]) {
  const where = named ? 'that the certificate names' : 'that the configuration names'
  test(`a listener shows what the responder says, the one ${where}; OpenSSL reads it`, async (t) => {
    const ocsp = named ? {} : { url: 'http://ocsp.inside.example/' }
    const { pair, responder, clientCaFile, start, urls } = await edgeWith(t, { named, ocsp })
    responder.set(pair, 'good')
    await using edge = await start()
    await edge.counted('ocsp_fetches good')
    assert.deepEqual(urls, [named ? responder.url : ocsp.url])
    for (const version of ['-tls1_2', '-tls1_3']) {
      const seen = await shown(edge, clientCaFile, version)
      assert.match(seen, /OCSP Response Status: successful/, version)
      assert.match(seen, /Cert Status: good/, version)
    }
    assert.deepEqual(edge.sip.certificateStatuses(), [
      { certificate: `listener ${edge.port}`, status: 'good' },
    ])
  })
}

test('a listener whose certificate was revoked raises the alarm, shows no response, and serves on', async (t) => {
  const alarm = Promise.withResolvers<string>()
  const onCertificateStatus: TestEdgeOptions['onCertificateStatus'] = ({ certificate, status }) =>
    alarm.resolve(`${certificate} ${status}`)
  const { pki, pair, responder, clientCaFile, start } = await edgeWith(t, { onCertificateStatus })
  responder.set(pair, 'revoked')
  await using edge = await start()
  assert.equal(await alarm.promise, `listener ${edge.port} revoked`)
  assert.match(edge.logged(), /"level":50,[^\n]*certificate is not good/)
  assert.match(await shown(edge, clientCaFile, '-tls1_3'), /OCSP response: no response sent/)
  const peer = await edge.connect({ ca: pki.caPem })
  peer.write(requestText('OPTIONS'))
  await peer.response(200)
})

test('a listener asks nobody where that is off, or where the certificate names nobody', async (t) => {
  for (const options of [{ ocsp: { staple: false } }, { named: false }]) {
    const { clientCaFile, start, urls } = await edgeWith(t, options)
    await using edge = await start()
    assert.match(await shown(edge, clientCaFile, '-tls1_3'), /OCSP response: no response sent/)
    assert.deepEqual([urls, edge.sip.certificateStatuses()], [[], []])
  }
})

test('a listener asks about a new certificate once it is in place, and never shows the old one’s response', async (t) => {
  const { pair, responder, clientCaFile, start, install, issue } = await edgeWith(t)
  responder.set(pair, 'good')
  await using edge = await start()
  await edge.counted('ocsp_fetches good')
  const next = await issue()
  responder.set(next, 'unknown')
  install(next)
  await edge.counted('certificate_reloads ok')
  assert.match(await shown(edge, clientCaFile, '-tls1_3'), /OCSP response: no response sent/)
  await edge.counted('ocsp_fetches unknown')
  assert.equal(edge.sip.certificateStatuses()[0]?.status, 'unknown')
})

/** A peer that staples, and a trunk to it. */
async function stapling(
  t: TestContext,
  status: 'good' | 'revoked' | 'unknown' | 'none' | 'stale' | 'foreign',
) {
  const pki = await createPki()
  const pair = await pki.issue(['carrier.example'])
  const by = status === 'foreign' ? await createPki() : pki
  const signer = await by.issue(['ocsp.example'], { ocspSigning: true })
  const nowMs = Date.now()
  const says = status === 'stale' || status === 'foreign' || status === 'none' ? 'good' : status
  const atMs = status === 'stale' ? nowMs - 7_200_000 : nowMs
  const der = staple(subjectOf(pair.certPem, pki.caPem), signer, { status: says, nowMs: atMs })
  const keys = { cert: pair.certPem, key: pair.keyPem }
  const peer = await carrier(t, keys, '127.0.0.1', status === 'none' ? undefined : der)
  return async (policy?: 'off' | 'stapled' | 'required') => {
    const one = { host: '127.0.0.1', port: peer.port, serverName: 'carrier.example' }
    const trunks = { one: { ...one, ...(policy && { ocsp: policy }) } }
    const { pool, first, counts } = await withPool(t, pki, { trunks, nowMs })
    const why = await pool.connect(first).then(
      () => 'connected',
      (error: { reason?: string }) => error.reason,
    )
    return [why, [...counts.keys()].filter((name) => name.startsWith('peer_staples')).join()]
  }
}

test('a peer that staples its own revocation is refused, and one that staples nothing only where that is asked for', async (t) => {
  for (const [status, stapled, required] of [
    ['good', 'connected', 'connected'],
    ['revoked', 'tls-untrusted', 'tls-untrusted'],
    ['unknown', 'connected', 'tls-untrusted'],
    ['none', 'connected', 'tls-untrusted'],
    ['stale', 'connected', 'tls-untrusted'],
    ['foreign', 'connected', 'tls-untrusted'],
  ] as const) {
    const dial = await stapling(t, status)
    const counted = `peer_staples ${status === 'stale' || status === 'foreign' ? 'invalid' : status}`
    assert.deepEqual(await dial(), [stapled, counted], status)
    assert.deepEqual(await dial('required'), [required, counted], status)
  }
})

test('a peer’s staple is neither asked for nor read where that is off', async (t) => {
  const dial = await stapling(t, 'revoked')
  assert.deepEqual(await dial('off'), ['connected', ''])
})

test('trunks that ask different things of a peer’s staple never share a connection', async (t) => {
  const pki = await createPki()
  const pair = await pki.issue(['carrier.example'])
  const peer = await carrier(t, { cert: pair.certPem, key: pair.keyPem })
  const one = { host: '127.0.0.1', port: peer.port, serverName: 'carrier.example' }
  const trunks = { one, two: { ...one, ocsp: 'required' } }
  const { pool, first, second } = await withPool(t, pki, { trunks })
  await pool.connect(first)
  await assert.rejects(pool.connect(second), { reason: 'tls-untrusted' })
})
