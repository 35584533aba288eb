import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { systemClock } from '#kernel'
import { answeredCall, startTestEdge, type TestEdge } from './test-edge.ts'
import { requestText, responseText, testPeer, type TestPeer } from './test-peer.ts'

const certOnly = '[{id: sbc, app: app, clientCertificateName: SBC.example}]'

async function clientPair(edge: TestEdge, names: string[]) {
  const { certPem, keyPem } = await edge.pki.issue(names, { client: true })
  return { cert: certPem, key: keyPem }
}

test('the listener speaks TLS 1.2 and 1.3, with forward secrecy and authenticated encryption only', async () => {
  await using edge = await startTestEdge()
  const modern = await edge.connect()
  assert.deepEqual(
    [modern.socket.getProtocol(), modern.socket.getCipher().standardName],
    ['TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
  )
  const old = await edge.connect({ maxVersion: 'TLSv1.2' })
  assert.match(old.socket.getCipher().standardName, /^TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384$/)
  const ancient = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await assert.rejects(edge.connect(ancient))
  for (const ciphers of ['AES256-GCM-SHA384', 'ECDHE-ECDSA-AES256-SHA384', 'DHE-RSA-AES256-GCM-SHA384'])
    await assert.rejects(edge.connect({ maxVersion: 'TLSv1.2', ciphers }))
  await edge.counted('handshake_failures version')
  await edge.counted('handshake_failures cipher', 3)
})

test('the listener refuses TLS 1.2 when told to', async () => {
  await using edge = await startTestEdge({ listen: { minVersion: 'TLSv1.3' } })
  await assert.rejects(edge.connect({ maxVersion: 'TLSv1.2' }))
  await edge.connect()
})

test('a listener that wants client certificates takes nobody without one', async () => {
  await using edge = await startTestEdge({ listen: { clientCertificates: 'required' } })
  const bare = await edge.connect() // TLS 1.3 tells the client only afterwards
  bare.write(requestText('OPTIONS'))
  await bare.closed
  assert.equal(bare.received(), '')
  assert.equal(edge.counts.get('handshake_failures no-certificate'), 1)
  const peer = await edge.connect(await clientPair(edge, ['sbc.example']))
  peer.write(requestText('OPTIONS'))
  await peer.response(200)
})

test('a trunk is known by the name in its certificate, and by no other', async () => {
  await using edge = await startTestEdge({ trunks: certOnly, listen: { clientCertificates: 'optional' } })
  const peer = await edge.connect(await clientPair(edge, ['other.example', 'sbc.example']))
  const { call } = await answeredCall(edge, peer)
  assert.deepEqual(call.incoming.security.authenticatedBy, ['certificate'])
  for (const options of [
    {},
    await clientPair(edge, ['sbc.example.evil.example']),
    await clientPair(edge, ['*.example']),
  ]) {
    const stranger = await edge.connect(options)
    stranger.write(`${requestText('OPTIONS')}garbage\r\n\r\n`)
    await stranger.closed
    assert.equal(stranger.received(), '')
  }
})

test('a certificate of another authority proves nothing where certificates are optional', async () => {
  await using edge = await startTestEdge({ trunks: certOnly, listen: { clientCertificates: 'optional' } })
  await using foreign = await startTestEdge()
  const stranger = await edge.connect(await clientPair(foreign, ['sbc.example']))
  stranger.write(`${requestText('OPTIONS')}garbage\r\n\r\n`)
  await stranger.closed
  assert.equal(stranger.received(), '')
})

test('interop 33: a new certificate is taken up without a restart, and the call that is up stays', async () => {
  await using edge = await startTestEdge({ clock: systemClock })
  const peer = await edge.connect()
  const { call, inDialog } = await answeredCall(edge, peer)
  const before = peer.socket.getPeerX509Certificate()?.fingerprint256
  edge.install(await edge.pki.issue(['gw.example']))
  await edge.counted('certificate_reloads ok')
  const second = await edge.connect()
  assert.notEqual(second.socket.getPeerX509Certificate()?.fingerprint256, before)
  peer.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await peer.response(200)
  assert.deepEqual(call.ended, ['caller-hung-up'])
})

test('files that cannot be used leave the certificate as it is', async () => {
  await using edge = await startTestEdge()
  const { certPem } = await edge.pki.issue(['gw.example'])
  writeFileSync(join(edge.folder, 'cert.pem'), certPem) // not the key’s
  edge.clock.advance(30_000)
  assert.equal(edge.counts.get('certificate_reloads refused'), 1)
  writeFileSync(join(edge.folder, 'cert.pem'), 'nonsense')
  edge.clock.advance(30_000)
  assert.equal(edge.counts.get('certificate_reloads refused'), 1)
  await edge.connect()
  edge.install(await edge.pki.issue(['gw.example']))
  edge.clock.advance(30_000)
  assert.equal(edge.counts.get('certificate_reloads ok'), 1)
  assert.doesNotMatch(edge.logged(), /PRIVATE KEY/)
})

test('listenSip() rejects when the certificate cannot be used', async () => {
  const listen = { tls: { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' } }
  await assert.rejects(startTestEdge({ listen }), { name: 'EdgeError', code: 'EDGE_CERTIFICATE' })
})

/** The peer as it can be dialled: what a carrier has and a phone has not. */
async function dialledPeer(options: TlsOptions) {
  const server = createServer(options).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'secureConnection').then(([socket]) => testPeer(socket as TLSSocket))
  accepted.catch(() => {})
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, accepted, [Symbol.dispose]: () => void server.close() }
}

async function lostCall(edge: TestEdge, port: number, host = '127.0.0.1') {
  const peer = await edge.connect()
  const contact = `<sip:caller@${host}:${port};transport=tls>`
  const { call } = await answeredCall(edge, peer, { contact })
  await loseConnection(edge, peer)
  return call
}

async function loseConnection(edge: TestEdge, peer: TestPeer) {
  peer.socket.destroy()
  await edge.counted('connections_closed')
}

async function confirmBye(peer: TestPeer) {
  peer.write(responseText(await peer.request('BYE'), 200))
}

test('interop 31, 32: a BYE dials the peer again when its connection is gone', async () => {
  await using edge = await startTestEdge()
  const pair = await edge.pki.issue(['127.0.0.1'])
  using carrier = await dialledPeer({ cert: pair.certPem, key: pair.keyPem })
  const call = await lostCall(edge, carrier.port)
  const hungUp = call.incoming.signalling.hangup()
  await confirmBye(await carrier.accepted)
  await hungUp
  assert.deepEqual(call.ended, ['gateway-hung-up'])
})

test('interop 33: a peer whose certificate has another name is not told anything', async () => {
  await using edge = await startTestEdge()
  const pair = await edge.pki.issue(['other.example'])
  using carrier = await dialledPeer({ cert: pair.certPem, key: pair.keyPem })
  const call = await lostCall(edge, carrier.port)
  await call.incoming.signalling.hangup()
  assert.deepEqual(call.ended, ['connection-lost'])
  assert.match(edge.logged(), /ERR_TLS_CERT_ALTNAME_INVALID/)
})

test('only a trunk’s own addresses are dialled, whatever its Contact says', async () => {
  await using edge = await startTestEdge()
  const call = await lostCall(edge, 5061, '127.0.0.77')
  await call.incoming.signalling.hangup()
  assert.deepEqual(call.ended, ['connection-lost'])
  assert.match(edge.logged(), /EDGE_PEER_NOT_ALLOWED/)
})

test('the name of a trunk’s certificate is asked for where signalling names only an address', async () => {
  await using edge = await startTestEdge({
    trunks: '[{id: t, app: app, allowedAddresses: ["127.0.0.1"], clientCertificateName: sbc.example}]',
    listen: { clientCertificates: 'optional' },
  })
  const pair = await edge.pki.issue(['sbc.example'], { client: true })
  const mutual = { cert: pair.certPem, key: pair.keyPem, ca: edge.pki.caPem, requestCert: true }
  using carrier = await dialledPeer(mutual)
  const peer = await edge.connect({ cert: pair.certPem, key: pair.keyPem })
  const contact = `<sip:127.0.0.1:${carrier.port};transport=tls>`
  const { call } = await answeredCall(edge, peer, { contact })
  await loseConnection(edge, peer)
  const hungUp = call.incoming.signalling.hangup()
  const dialled = await carrier.accepted
  assert.equal((dialled.socket as TLSSocket & { servername?: string }).servername, 'sbc.example')
  assert.equal(dialled.socket.authorized, true)
  await confirmBye(dialled)
  await hungUp
  assert.deepEqual(call.ended, ['gateway-hung-up'])
})

test('many calls that lost their connection share the new one', async () => {
  await using edge = await startTestEdge()
  const pair = await edge.pki.issue(['127.0.0.1'])
  using carrier = await dialledPeer({ cert: pair.certPem, key: pair.keyPem })
  const peer = await edge.connect()
  const contact = `<sip:caller@127.0.0.1:${carrier.port};transport=tls>`
  const calls = []
  for (const callId of ['a', 'b', 'c']) calls.push((await answeredCall(edge, peer, { contact, callId })).call)
  await loseConnection(edge, peer)
  const hungUp = calls.map(({ incoming }) => incoming.signalling.hangup())
  const dialled = await carrier.accepted
  for (const _ of calls) await confirmBye(dialled)
  await Promise.all(hungUp)
  assert.deepEqual(
    calls.flatMap(({ ended }) => ended),
    ['gateway-hung-up', 'gateway-hung-up', 'gateway-hung-up'],
  )
})

test('a connection that breaks before the answer ends the call', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE'))
  await peer.response(100)
  const call = await edge.nextCall()
  peer.socket.destroy()
  assert.equal(await call.whenEnded, 'connection-lost')
})

test('a connection that breaks during the call leaves it up until it is needed', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { call, inDialog } = await answeredCall(edge, peer)
  peer.socket.destroy()
  await peer.closed
  const again = await edge.connect()
  assert.deepEqual(call.ended, [])
  again.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await again.response(200)
  assert.deepEqual(call.ended, ['caller-hung-up'])
})

test('renegotiation is not for the asking', async () => {
  await using edge = await startTestEdge()
  const socket = connect({
    port: edge.port,
    host: '127.0.0.1',
    ca: edge.pki.caPem,
    servername: 'gw.example',
    maxVersion: 'TLSv1.2',
  })
  await once(socket, 'secureConnect')
  const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.on('error', resolve))
  socket.renegotiate({}, () => {})
  assert.equal((await failed).code, 'ERR_SSL_NO_RENEGOTIATION')
})
