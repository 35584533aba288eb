import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { createPki, type PemPair, type Pki } from './index.ts'

async function handshake(
  server: PemPair,
  ca: string,
  servername: string,
  client?: PemPair,
): Promise<TLSSocket> {
  const listener = createServer({
    cert: server.certPem,
    key: server.keyPem,
    ca,
    requestCert: client !== undefined,
  })
  listener.on('tlsClientError', () => {})
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const identity = client && { cert: client.certPem, key: client.keyPem }
  const socket = connect({ host: '127.0.0.1', port, ca, servername, ...identity })
  const accepted = once(listener, 'secureConnection')
  try {
    await once(socket, 'secureConnect')
    const [peer] = (await accepted) as [TLSSocket]
    return peer
  } finally {
    socket.destroy()
    listener.close()
  }
}

const names = ['sip.voxkeep.test', '127.0.0.1', '::1', 'sip:trunk.voxkeep.test']
const inspect = (pair: PemPair) => new X509Certificate(pair.certPem)
const authority = (pki: Pki) => new X509Certificate(pki.caPem)

test('createPki() issues a server certificate that chains, names what was asked, and fits its key', async () => {
  const pki = await createPki()
  const pair = await pki.issue(names)
  const leaf = inspect(pair)
  assert.equal(leaf.checkIssued(authority(pki)), true)
  assert.equal(leaf.verify(authority(pki).publicKey), true)
  assert.equal(leaf.checkPrivateKey(createPrivateKey(pair.keyPem)), true)
  assert.equal(leaf.ca, false)
  assert.equal(authority(pki).ca, true)
  assert.equal(leaf.checkHost('sip.voxkeep.test'), 'sip.voxkeep.test')
  assert.equal(leaf.checkIP('127.0.0.1'), '127.0.0.1')
  assert.match(leaf.subjectAltName ?? '', /URI:sip:trunk\.voxkeep\.test/)
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'])
})

test('createPki() issues client certificates only when asked', async () => {
  const pki = await createPki()
  const client = inspect(await pki.issue(['caller'], { client: true }))
  assert.deepEqual(client.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
})

test('createPki() keeps to the days it is given', async () => {
  const pki = await createPki({ days: 10, name: 'Ten days' })
  const left = authority(pki).validToDate.getTime() - Date.now()
  assert.ok(Math.abs(left - 10 * 86_400_000) < 60_000)
  assert.equal(authority(pki).subject, 'CN=Ten days')
})

test('createPki() certificates pass a verified TLS handshake both ways', async () => {
  const pki = await createPki()
  const client = await pki.issue(['trunk.voxkeep.test'], { client: true })
  const peer = await handshake(await pki.issue(names), pki.caPem, 'sip.voxkeep.test', client)
  assert.equal(peer.authorized, true)
  assert.equal(peer.getPeerCertificate().subjectaltname, 'DNS:trunk.voxkeep.test')
})

test('createPki() certificates fail under another name and under another authority', async () => {
  const pki = await createPki()
  const server = await pki.issue(names)
  await assert.rejects(handshake(server, pki.caPem, 'other.voxkeep.test'), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
  const stranger = await createPki()
  await assert.rejects(handshake(server, stranger.caPem, 'sip.voxkeep.test'), { code: /SIGNATURE|VERIFY/ })
})

test('createPki() certificates of a subordinate authority chain to the first', async () => {
  const pki = await createPki({ subordinates: true })
  const under = await pki.subordinate('Voxkeep regional CA')
  const server = await pki.issue(names)
  const peer = await handshake(
    server,
    pki.caPem,
    'sip.voxkeep.test',
    await under.issue(['trunk.voxkeep.test'], { client: true }),
  )
  assert.equal(peer.authorized, true)
})

test('createPki() revokes what it issued', async () => {
  const pki = await createPki()
  const [kept, gone] = [await pki.issue(names), await pki.issue(names)]
  const crl = await pki.revoke([gone])
  const text = execFileSync('openssl', ['crl', '-noout', '-text'], { input: crl, encoding: 'utf8' })
  assert.match(text, new RegExp(`Serial Number: ${inspect(gone).serialNumber}`))
  assert.doesNotMatch(text, new RegExp(inspect(kept).serialNumber))
})

test('createPki() names its OCSP responder, and certifies one for that and nothing else', async () => {
  const pki = await createPki()
  const leaf = inspect(await pki.issue(names, { ocspUrl: 'http://ocsp.voxkeep.test/' }))
  assert.equal(leaf.infoAccess?.trim(), 'OCSP - URI:http://ocsp.voxkeep.test/')
  const responder = inspect(await pki.issue(['ocsp.voxkeep.test'], { ocspSigning: true }))
  assert.deepEqual(responder.keyUsage, ['1.3.6.1.5.5.7.3.9'])
})
