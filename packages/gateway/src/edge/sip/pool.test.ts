import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createPki, type Pki } from '@voxkeep/pki'
import { parseSip, type SipMessage } from '@voxkeep/wire/sip'
import { requestText, testPeer } from './test-peer.ts'
import { carrier, withPool } from './test-pool.ts'

const pair = async (pki: Pki, names: string[]) => {
  const { certPem, keyPem } = await pki.issue(names, { client: true })
  return { cert: certPem, key: keyPem }
}
const local = (port: number, serverName = 'carrier.example') => ({ host: '127.0.0.1', port, serverName })

test('interop 31: trunkPool() opens one connection for many calls of a trunk, with its name as SNI', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, await pair(pki, ['carrier.example']))
  const { pool, first } = await withPool(t, pki, { trunks: { one: local(peer.port) } })
  const [a, b] = await Promise.all([pool.connect(first), pool.connect(first)])
  assert.equal(a, b)
  assert.equal(await pool.connect(first), a)
  assert.deepEqual(
    (await peer.atLeast(1)).map(({ servername }) => servername),
    ['carrier.example'],
  )
  assert.equal(a.tls.group, 'X25519MLKEM768')
  assert.equal(a.mayUse(first), true)
})

test('interop 31: trunks at one address with different names never share a connection', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, await pair(pki, ['one.example', 'two.example']))
  const trunks = { one: local(peer.port, 'one.example'), two: local(peer.port, 'two.example') }
  const { pool, first, second } = await withPool(t, pki, { trunks })
  const [one, two] = [await pool.connect(first), await pool.connect(second)]
  assert.notEqual(one, two)
  assert.deepEqual([one.mayUse(second), two.mayUse(first)], [false, false])
  assert.deepEqual(
    (await peer.atLeast(2)).map(({ servername }) => servername),
    ['one.example', 'two.example'],
  )
})

test('interop 31: trunks at one address with different certificates or authorities never share a connection', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, {
    ...(await pair(pki, ['carrier.example'])),
    requestCert: true,
    ca: pki.caPem,
  })
  const mine = await pki.issue(['two.gw.example'], { client: true })
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-own-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const clientCertificate = { certFile: join(folder, 'c.pem'), keyFile: join(folder, 'k.pem') }
  writeFileSync(clientCertificate.certFile, mine.certPem)
  writeFileSync(clientCertificate.keyFile, mine.keyPem)
  const trunks = { one: local(peer.port), two: { ...local(peer.port), clientCertificate } }
  const { pool, first, second } = await withPool(t, pki, { trunks })
  const [one, two] = [await pool.connect(first), await pool.connect(second)]
  assert.notEqual(one, two)
  assert.deepEqual(
    (await peer.atLeast(2)).map((socket) => socket.getPeerX509Certificate()?.subjectAltName),
    ['DNS:gw.example', 'DNS:two.gw.example'],
  )
})

test('trunks that agree in address, name, certificate and authorities share a connection', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, await pair(pki, ['carrier.example']))
  const trunks = { one: local(peer.port), two: local(peer.port) }
  const { pool, first, second } = await withPool(t, pki, { trunks })
  const shared = await pool.connect(first)
  assert.equal(shared.mayUse(second), false)
  assert.equal(await pool.connect(second), shared)
  assert.equal(shared.mayUse(second), true)
})

test('interop 33: a trunk’s client certificate is taken up anew when its files change', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, {
    ...(await pair(pki, ['carrier.example'])),
    requestCert: true,
    ca: pki.caPem,
  })
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-own-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const clientCertificate = { certFile: join(folder, 'c.pem'), keyFile: join(folder, 'k.pem') }
  const install = async (name: string) => {
    const { certPem, keyPem } = await pki.issue([name], { client: true })
    writeFileSync(clientCertificate.certFile, certPem)
    writeFileSync(clientCertificate.keyFile, keyPem)
  }
  await install('old.gw.example')
  const { pool, first, clock, counts } = await withPool(t, pki, {
    trunks: { one: { ...local(peer.port), clientCertificate } },
  })
  const before = await pool.connect(first)
  await install('new.gw.example')
  clock.advance(30_000)
  assert.equal(counts.get('trunk_certificate_reloads one ok'), 1)
  const after = await pool.connect(first)
  assert.notEqual(after, before)
  assert.equal(before.isOpen, true) // calls that are up keep it
  const [old, fresh] = await peer.atLeast(2)
  assert.ok(old && fresh)
  await once(old, 'data') // the ping from when it was the only one
  const pinged = once(fresh, 'data')
  const oldPings = t.mock.fn()
  old.on('data', oldPings)
  clock.advance(30_000)
  await pinged
  assert.equal(oldPings.mock.callCount(), 0) // nothing keeps it once they are over
  assert.equal((await peer.atLeast(2))[1]?.getPeerX509Certificate()?.subjectAltName, 'DNS:new.gw.example')
})

test('interop 33: only a certificate that carries the trunk’s name, of an authority that it pins, will do', async (t) => {
  const [pki, foreign] = [await createPki(), await createPki()]
  const good = await carrier(t, await pair(pki, ['carrier.example']))
  const misnamed = await carrier(t, await pair(pki, ['other.example']))
  const unpinned = await carrier(t, await pair(foreign, ['carrier.example']))
  for (const [outbound, reason] of [
    [local(misnamed.port), 'tls-name'],
    [local(unpinned.port), 'tls-untrusted'],
    [{ host: '127.0.0.1', port: good.port }, 'tls-name'], // an address is dialled, and the certificate has none
    [{ ...local(good.port), caFile: undefined }, 'tls-untrusted'], // the system’s authorities do not know this one
  ] as const) {
    const { pool, first } = await withPool(t, pki, { trunks: { one: outbound } })
    await assert.rejects(pool.connect(first), { name: 'EdgeError', code: 'EDGE_PEER_UNREACHABLE', reason })
  }
})

test('a peer that is dialled by address is verified by the address in its certificate', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, await pair(pki, ['127.0.0.1']))
  const { pool, first } = await withPool(t, pki, { trunks: { one: { host: '127.0.0.1', port: peer.port } } })
  await pool.connect(first)
  assert.equal((await peer.atLeast(1))[0]?.servername, false) // RFC 6066 §3: SNI is for names
})

test('interop 33: a peer that speaks only TLS 1.2 is served, one with weak ciphers or old versions is not', async (t) => {
  const pki = await createPki()
  const keys = await pair(pki, ['carrier.example'])
  const plain = await carrier(t, { ...keys, maxVersion: 'TLSv1.2' })
  const served = await withPool(t, pki, { trunks: { one: local(plain.port) } })
  const connection = await served.pool.connect(served.first)
  assert.deepEqual([connection.tls.tlsVersion, connection.tls.group], ['TLSv1.2', 'X25519'])
  const weak = [
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA' },
    { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' },
  ] as const
  for (const options of weak) {
    const peer = await carrier(t, { ...keys, ...options })
    const { pool, first } = await withPool(t, pki, { trunks: { one: local(peer.port) } })
    await assert.rejects(pool.connect(first), { reason: 'tls-other' })
  }
})

test('interop 33: ALPN is not offered, and a peer that knows it is none the wiser', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, {
    ...(await pair(pki, ['carrier.example'])),
    ALPNProtocols: ['sip', 'sip/2'],
  })
  const { pool, first } = await withPool(t, pki, { trunks: { one: local(peer.port) } })
  const connection = await pool.connect(first)
  assert.equal(connection.isOpen, true)
  assert.equal((await peer.atLeast(1))[0]?.alpnProtocol, false)
})

test('interop 32: trunkPool() goes on to the next address when one fails, and comes back to that one last', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, await pair(pki, ['carrier.example']))
  const closed = createTcpServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const address = closed.address()
  const deadPort = typeof address === 'object' && address ? address.port : 0
  closed.close()
  const targets = [deadPort, peer.port].map((port) => ({ address: '127.0.0.1', port }))
  const { pool, first, counts, clock } = await withPool(t, pki, {
    trunks: { one: local(peer.port) },
    targets,
  })
  const connection = await pool.connect(first)
  assert.deepEqual([counts.get('dials refused'), counts.get('dials ok')], [1, 1])
  assert.equal(await pool.connect(first), connection)
  assert.equal(counts.get('dials refused'), 1)
  clock.advance(30_000)
  await pool.connect(first)
  assert.equal(counts.get('dials refused'), 2)
})

test('trunkPool() gives up on a peer that accepts and says nothing', async (t) => {
  const pki = await createPki()
  const silent = createTcpServer((socket) => t.after(() => socket.destroy())).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => silent.close())
  const address = silent.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { pool, first, clock } = await withPool(t, pki, { trunks: { one: local(port) } })
  const connecting = pool.connect(first)
  await once(silent, 'connection')
  clock.advance(5_000)
  await assert.rejects(connecting, { code: 'EDGE_PEER_UNREACHABLE', reason: 'timeout' })
})

test('interop 32: the peer’s FIN is noticed, and the next call dials anew with the same name', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, await pair(pki, ['carrier.example']))
  const { pool, first } = await withPool(t, pki, { trunks: { one: local(peer.port) } })
  const idle = await pool.connect(first)
  const [accepted] = await peer.atLeast(1)
  assert.ok(accepted)
  const ended = once(accepted, 'close')
  accepted.end()
  await ended // which takes our own FIN
  assert.equal(idle.isOpen, false)
  const again = await pool.connect(first)
  assert.notEqual(again, idle)
  assert.equal((await peer.atLeast(2))[1]?.servername, 'carrier.example')
})

test('interop 32: keep-alives are a double CRLF in one piece, and a peer that stops answering them is dead', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, await pair(pki, ['carrier.example']))
  const { pool, first, clock, counts } = await withPool(t, pki, { trunks: { one: local(peer.port) } })
  const connection = await pool.connect(first)
  const [accepted] = await peer.atLeast(1)
  assert.ok(accepted)
  clock.advance(30_000)
  const [bytes] = (await once(accepted, 'data')) as [Buffer]
  assert.equal(bytes.toString(), '\r\n\r\n')
  const heard = connection.heardMs
  clock.advance(1)
  accepted.write('\r\n')
  while (connection.heardMs === heard) await new Promise((resolve) => setImmediate(resolve))
  const gone = testPeer(accepted).closed
  clock.advance(30_000 + 10_000)
  await gone
  assert.equal(counts.get('connections_dropped no-pong'), 1)
  assert.equal(connection.isOpen, false)
})

test('a peer whose certificate was revoked is not told anything, nor one whose authority has no list', async (t) => {
  const pki = await createPki()
  const [good, gone] = [await pki.issue(['carrier.example']), await pki.issue(['carrier.example'])]
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-crl-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const lists = {
    ours: await pki.revoke([gone]),
    foreign: await (await createPki({ name: 'Other' })).revoke([]),
  }
  for (const [served, list, reason] of [
    [good, lists.ours, undefined],
    [gone, lists.ours, 'tls-untrusted'],
    [good, lists.foreign, 'tls-untrusted'],
  ] as const) {
    const crlFile = join(folder, 'crl.pem')
    writeFileSync(crlFile, list)
    const peer = await carrier(t, { cert: served.certPem, key: served.keyPem })
    const { pool, first } = await withPool(t, pki, { trunks: { one: { ...local(peer.port), crlFile } } })
    if (reason === undefined) await pool.connect(first)
    else await assert.rejects(pool.connect(first), { reason })
  }
})

test('interop 36: a peer at an IPv6 address is dialled there, and verified by it', async (t) => {
  const pki = await createPki()
  const peer = await carrier(t, await pair(pki, ['::1']), '::1')
  const { pool, first } = await withPool(t, pki, { trunks: { one: { host: '[::1]', port: peer.port } } })
  const connection = await pool.connect(first)
  assert.deepEqual([connection.peer.address, connection.localAddress], ['::1', '::1'])
  assert.equal(first.outbound?.domain, '[::1]')
})

test('trunkPool() dials nobody for a trunk that is only called by', async (t) => {
  const pki = await createPki()
  const { pool, first } = await withPool(t, pki, { trunks: { one: local(1) } })
  await assert.rejects(pool.connect({ ...first, outbound: undefined }), {
    code: 'EDGE_PEER_NOT_ALLOWED',
    reason: 'address',
  })
})

test('interop 31: a connection that the peer opened stands for one of ours where it says so and its certificate proves it', async (t) => {
  const pki = await createPki()
  const theirs = await pki.issue(['carrier.example'], { client: true })
  const { pool, first, accept } = await withPool(t, pki, {
    trunks: { one: { host: '127.0.0.1', port: 5071, serverName: 'carrier.example' } },
    inbound: { allowedAddresses: ['127.0.0.1'], clientCertificateName: 'carrier.example' },
  })
  const mute = await accept(theirs)
  await assert.rejects(pool.connect(first), { reason: 'refused' }) // it did not say so, and nobody listens there
  const other = await accept(theirs)
  pool.heard(other, aliasRequest(5072)) // another server of the same peer
  await assert.rejects(pool.connect(first), { reason: 'refused' })
  const stranger = await accept(await pki.issue(['stranger.example'], { client: true }))
  pool.heard(stranger, aliasRequest(5071))
  await assert.rejects(pool.connect(first), { reason: 'refused' })
  pool.heard(mute, aliasRequest(5071))
  assert.equal(await pool.connect(first), mute)
  assert.ok(first.outbound) // a client staples nothing, so where that is wanted no client stands for a server
  const strict = { ...first, outbound: { ...first.outbound, ocsp: 'required' as const } }
  await assert.rejects(pool.connect(strict), { reason: 'refused' })
})

function aliasRequest(port: number): SipMessage {
  const text = requestText('OPTIONS').replace(
    /^Via: .*$/m,
    `Via: SIP/2.0/TLS a:${port};branch=z9hG4bKa;alias`,
  )
  const parsed = parseSip(new TextEncoder().encode(text))
  assert.ok(parsed.ok)
  return parsed.message
}
