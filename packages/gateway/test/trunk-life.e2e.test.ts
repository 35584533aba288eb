import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { createPki, type Pki } from '@voxkeep/pki'
import { systemClock, wait } from '#kernel'
import { opensslResponder, type OpensslResponder } from '#src/edge/sip/test-ocsp.ts'
import { databaseRows } from './support/database-rows.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { readMetrics } from './support/metrics.ts'

/** A carrier that wants a certificate of whoever calls it, and answers OPTIONS. */
class Carrier {
  readonly server: Server
  readonly names: string[] = []
  status = 200
  #sockets = new Set<TLSSocket>()

  constructor(pki: Pki, pair: { certPem: string; keyPem: string }) {
    const options = { cert: pair.certPem, key: pair.keyPem, ca: pki.caPem, requestCert: true }
    this.server = createServer(options, (socket) => this.#accept(socket))
  }

  async listen(port = 0): Promise<number> {
    this.server.listen(port, '127.0.0.1')
    await once(this.server, 'listening')
    return (this.server.address() as AddressInfo).port
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.end()
  }

  async close(): Promise<void> {
    this.hangUp()
    const closed = once(this.server, 'close')
    this.server.close()
    await closed
  }

  #accept(socket: TLSSocket): void {
    this.#sockets.add(socket)
    this.names.push(socket.getPeerX509Certificate()?.subjectAltName ?? '')
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString()
      if (text === '\r\n\r\n') return void socket.write('\r\n')
      const copied = text.split('\r\n').filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/.test(line))
      socket.write([`SIP/2.0 ${this.status} Whatever`, ...copied, 'Content-Length: 0', '', ''].join('\r\n'))
    })
  }
}

describe('a trunk that calls are placed through', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-trunk-'))
  const clientCertificate = { certFile: join(folder, 'own.pem'), keyFile: join(folder, 'own.key') }
  const caFile = join(folder, 'ca.pem')
  let pki: Pki
  let carrier: Carrier
  let port: number
  let responder: OpensslResponder
  const ends: (() => void)[] = []
  let gateway: GatewayProcess

  async function install(name: string): Promise<void> {
    const pair = await pki.issue([name], { client: true, days: 5, ocspUrl: responder.url })
    responder.set(pair, name.startsWith('first') ? 'revoked' : 'good')
    const { certPem, keyPem } = pair
    writeFileSync(clientCertificate.certFile, certPem)
    writeFileSync(clientCertificate.keyFile, keyPem)
  }

  before(async () => {
    pki = await createPki()
    writeFileSync(caFile, pki.caPem)
    const signer = await pki.issue(['ocsp.example'], { ocspSigning: true })
    responder = await opensslResponder({ after: (end) => void ends.push(end) }, { caPem: pki.caPem, signer })
    await install('first.gw.example')
    carrier = new Carrier(pki, await pki.issue(['carrier.example']))
    port = await carrier.listen()
    const health = { intervalMs: 200, failures: 2, successes: 1 }
    const outbound = {
      host: '127.0.0.1',
      port,
      serverName: 'carrier.example',
      caFile,
      clientCertificate,
      health,
    }
    const configure = ({ trunks }: Settings) =>
      void trunks.push({ id: 'carrier', app: 'app', allowedAddresses: ['127.0.0.9'], outbound })
    gateway = await startGateway({ configure, scopes: ['metrics:read'] })
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    await carrier.close()
    for (const end of ends) end()
    rmSync(folder, { recursive: true })
  })

  /** Resolves once the metric says so. */
  async function metric(name: string, label: string, is: (value: number) => boolean): Promise<number> {
    for (;;) {
      const value = (await readMetrics(gateway))(name, label)
      if (is(value)) return value
      await wait(systemClock, 100) // the API limits how often it is asked
    }
  }
  const trunkIs = (state: number) => metric('sip_trunk_up', 'trunk="carrier"', (value) => value === state)

  test('interop 27: the metrics and the log say when it goes down and when it is back', async () => {
    await trunkIs(1)
    carrier.status = 503
    await trunkIs(0)
    await gateway.process.until(/trunk is down/)
    carrier.status = 404
    await trunkIs(1)
  })

  test('interop 32: a connection that the peer closed is opened again', async () => {
    const before = carrier.names.length
    carrier.hangUp()
    while (carrier.names.length === before) await once(carrier.server, 'secureConnection')
    await trunkIs(1)
  })

  test('interop 33: its certificate is replaced while it works, and an alarm told that the old one runs out', async () => {
    await gateway.process.until(/"certificate":"trunk carrier"[^\n]*certificate runs out soon/)
    const left = await metric('sip_certificate_seconds_left', 'certificate="trunk carrier"', (s) => s > 0)
    assert.ok(left < 5 * 86_400, String(left))
    // Its authority says that it was revoked, too.
    await metric('sip_ocsp_fetches_total', 'result="revoked"', (count) => count > 0)
    assert.equal((await readMetrics(gateway))('sip_certificate_good', 'certificate="trunk carrier"'), 0)
    await install('second.gw.example')
    await gateway.process.until(/trunk certificate or authorities replaced/)
    while (carrier.names.at(-1) !== 'DNS:second.gw.example') await once(carrier.server, 'secureConnection')
    assert.equal(carrier.names[0], 'DNS:first.gw.example')
  })

  test('the audit log has it all, and that the new certificate is good', async () => {
    await metric('sip_certificate_good', 'certificate="trunk carrier"', (value) => value === 1)
    await gateway.stop()
    const rows = await databaseRows(gateway.deployment.dataDir)
    const text = rows.map(({ bytes }) => new TextDecoder().decode(bytes)).join('\n')
    const types = [
      'trunk.up',
      'trunk.down',
      'certificate.expiring',
      'certificate.revoked',
      'certificate.good',
    ]
    for (const type of types) assert.ok(text.includes(`\\"type\\":\\"${type}\\"`), type)
  })
})
