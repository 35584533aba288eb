import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { createPki } from '@voxkeep/pki'
import { systemClock } from '#kernel'
import type { CertificateExpiry } from './certificate-alarm.ts'
import { answeredCall, startTestEdge, type TestEdge } from './test-edge.ts'
import { requestText, responseText } from './test-peer.ts'

test('a call’s receipt names the key agreement of its connection, X25519MLKEM768 where the peer has it', async () => {
  await using edge = await startTestEdge()
  for (const [tls, group] of [
    [{}, 'X25519MLKEM768'],
    [{ ecdhCurve: 'X25519' }, 'X25519'],
    [{ ecdhCurve: 'P-384' }, 'secp384r1'],
    [{ maxVersion: 'TLSv1.2', ecdhCurve: 'P-256' }, 'secp256r1'],
  ] as const) {
    const peer = await edge.connect(tls)
    const { call } = await answeredCall(edge, peer, { callId: `call-${group}` })
    assert.equal(call.incoming.security.group, group)
  }
})

/** What `openssl s_client` prints. */
function probe(edge: TestEdge, ...options: string[]): Promise<string> {
  const args = ['s_client', '-connect', `127.0.0.1:${edge.port}`, '-servername', 'gw.example', ...options]
  return new Promise((resolve) => {
    const child = execFile('openssl', args, (_, stdout, stderr) => resolve(stdout + stderr))
    child.stdin?.end()
  })
}

test('openssl gets TLS 1.3, and neither TLS 1.1 nor compression nor a ticket of TLS 1.2', async () => {
  await using edge = await startTestEdge()
  const modern = await probe(edge, '-CAfile', join(edge.folder, 'ca.pem'))
  assert.match(modern, /TLSv1\.3, Cipher is TLS_AES_256_GCM_SHA384/)
  assert.match(modern, /Verify return code: 0 \(ok\)/)
  for (const version of ['-tls1_1', '-tls1']) {
    const old = await probe(edge, version, '-cipher', 'ALL:@SECLEVEL=0')
    assert.match(old, /Cipher is \(NONE\)/, version)
  }
  const before = await probe(edge, '-tls1_2')
  assert.match(before, /Compression: NONE/)
  assert.doesNotMatch(before, /TLS session ticket:/)
})

test('no session is resumed: who reconnects proves itself anew', async () => {
  await using edge = await startTestEdge()
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = {
      port: edge.port,
      host: '127.0.0.1',
      ca: edge.pki.caPem,
      servername: 'gw.example',
      maxVersion,
    }
    const first = connect(options)
    await once(first, 'secureConnect')
    const session = first.getSession()
    assert.ok(session)
    first.destroy()
    const second = connect({ ...options, session })
    await once(second, 'secureConnect')
    assert.equal(second.isSessionReused(), false, maxVersion)
    second.destroy()
  }
})

test('interop 33: a client that offers ALPN is served, and told nothing of it', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect({ ALPNProtocols: ['sip'] })
  assert.equal(peer.socket.alpnProtocol, false)
  peer.write(requestText('OPTIONS'))
  await peer.response(200)
})

const certOnly = '[{id: sbc, app: app, clientCertificateName: sbc.example}]'

test('interop 33: a client certificate may come with the authority between it and the one we know', async () => {
  const pki = await createPki({ subordinates: true })
  const under = await pki.subordinate('Carrier issuing CA')
  const listen = { clientCertificates: 'required' } as const
  await using edge = await startTestEdge({ trunks: certOnly, listen })
  writeFileSync(join(edge.folder, 'ca.pem'), pki.caPem)
  edge.clock.advance(30_000)
  assert.equal(edge.counts.get('certificate_reloads ok'), 1)
  const { certPem, keyPem } = await under.issue(['sbc.example'], { client: true })
  const peer = await edge.connect({ cert: certPem, key: keyPem })
  peer.write(requestText('OPTIONS'))
  await peer.response(200)
  const [leaf = ''] = certPem.split(/(?<=-----END CERTIFICATE-----)/)
  const alone = await edge.connect({ cert: leaf, key: keyPem })
  await alone.closed
  assert.equal(edge.counts.get('handshake_failures certificate'), 1)
})

test('a client certificate that was revoked opens nothing, from when the list says so', async (t) => {
  const pki = await createPki()
  const mine = await pki.issue(['sbc.example'], { client: true })
  const other = await pki.issue(['old.example'], { client: true })
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-crl-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [clientCrlFile, clientCaFile] = [join(folder, 'crl.pem'), join(folder, 'ca.pem')]
  writeFileSync(clientCrlFile, await pki.revoke([other]))
  writeFileSync(clientCaFile, pki.caPem)
  const listen = { clientCertificates: 'required', clientCaFile, clientCrlFile } as const
  await using edge = await startTestEdge({ trunks: certOnly, listen })
  const pair = { cert: mine.certPem, key: mine.keyPem }
  const peer = await edge.connect(pair)
  peer.write(requestText('OPTIONS'))
  await peer.response(200)
  writeFileSync(clientCrlFile, await pki.revoke([other, mine]))
  edge.clock.advance(30_000)
  const refused = await edge.connect(pair)
  await refused.closed
  assert.equal(edge.counts.get('handshake_failures certificate'), 1)
})

test('interop 36: the edge listens on IPv6, and says so in Via, Contact and what it notes of the peer', async () => {
  await using edge = await startTestEdge({
    listen: { host: '::1' },
    trunks: '[{id: six, app: app, allowedAddresses: ["::1/128"]}]',
  })
  const peer = await edge.connect({ host: '::1' })
  const { call, ok } = await answeredCall(edge, peer, { contact: '<sip:caller@[::1]:5999;transport=tls>' })
  assert.match(ok.headers.get('Contact') ?? '', new RegExp(`^<sip:\\[::1\\]:${edge.port};transport=tls>`))
  assert.match(ok.headers.get('Via') ?? '', /received=(?:\[::1\]|::1)/)
  assert.deepEqual([call.incoming.localAddress, call.incoming.security.sourceAddress], ['::1', '::1'])
  const done = call.incoming.signalling.hangup()
  const bye = await peer.request('BYE')
  assert.match(bye.headers.get('Via') ?? '', new RegExp(`^SIP/2\\.0/TLS \\[::1\\]:${edge.port};`))
  peer.write(responseText(bye, 200))
  await done
})

test('interop 36: the advertised name stands in Contact and Via, and answers go back where questions came from', async () => {
  await using edge = await startTestEdge({ advertisedHost: 'sip.voxkeep.example' })
  const peer = await edge.connect()
  const { call, ok } = await answeredCall(edge, peer)
  assert.match(ok.headers.get('Contact') ?? '', /^<sip:sip\.voxkeep\.example:\d+;transport=tls>/)
  const theirPort = String(peer.socket.localPort)
  assert.match(ok.headers.get('Via') ?? '', new RegExp(`caller\\.example:5061;.*rport=${theirPort}`))
  assert.match(ok.headers.get('Via') ?? '', /received=127\.0\.0\.1/)
  const done = call.incoming.signalling.hangup()
  const bye = await peer.request('BYE')
  assert.match(bye.headers.get('Via') ?? '', /^SIP\/2\.0\/TLS sip\.voxkeep\.example:\d+;/)
  peer.write(responseText(bye, 200))
  await done
})

test('an alarm goes off for a certificate of a listener that runs out soon', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-old-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  const { certPem, keyPem } = await (await createPki()).issue(['gw.example'], { days: 5 })
  writeFileSync(tls.certFile, certPem)
  writeFileSync(tls.keyFile, keyPem)
  const alarm = Promise.withResolvers<CertificateExpiry>()
  await using edge = await startTestEdge({
    clock: systemClock,
    listen: { tls },
    onCertificateExpiry: alarm.resolve,
  })
  const { certificate, daysLeft } = await alarm.promise
  assert.deepEqual([certificate, daysLeft], [`listener ${edge.port}`, 4])
  assert.equal(edge.sip.certificates()[0]?.certificate, certificate)
})
