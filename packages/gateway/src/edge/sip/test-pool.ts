import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import type { PemPair, Pki } from '@voxkeep/pki'
import { nodeDigestHash } from '@voxkeep/wire/node'
import { fakeClock, parseConfig, Secret, silentLog } from '#kernel'
import { SipConnection, type Home, type Opened } from './connection.ts'
import { readCredentials } from './credentials.ts'
import type { Target } from './locate.ts'
import { outboundCredentials } from './outbound-credentials.ts'
import { trunkPool } from './pool.ts'
import { candidateTrunks, compileTrunk } from './trunk.ts'

export interface PoolSettings {
  /** `outbound` of each trunk. */
  readonly trunks: Record<string, Record<string, unknown>>
  readonly targets?: readonly Target[]
  /** What the trunks ask of callers. */
  readonly inbound?: object
  /** What the clock says. */
  readonly nowMs?: number
}

/** A pool with a listener's certificate of `pki`, on a clock that stands still. */
export async function withPool(t: TestContext, pki: Pki, settings: PoolSettings) {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-pool-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const own = await pki.issue(['gw.example'], { client: true })
  const tls = { certFile: file('cert.pem', own.certPem), keyFile: file('key.pem', own.keyPem) }
  const caFile = file('ca.pem', pki.caPem)
  const yaml = Object.entries(settings.trunks).map(([id, outbound]) => {
    return {
      id,
      app: 'a',
      allowedAddresses: ['192.0.2.1'],
      outbound: { caFile, ...outbound },
      ...settings.inbound,
    }
  })
  const config = parseConfig(
    `{dataDir: /d, sip: {listen: [{tls: {certFile: c, keyFile: k}}]}, trunks: ${JSON.stringify(yaml)},
      apps: [{id: a, webhook: {url: "https://a.example", secrets: ["env:S"]}}]}`,
    'test',
  )
  const trunks = config.trunks.map((trunk) =>
    compileTrunk(trunk, { readSecret: () => new Secret(''), digestHash: nodeDigestHash }),
  )
  const credentials = readCredentials({ tls, caFile, crlFile: undefined })
  const home: Home = {
    port: 5061,
    minVersion: 'TLSv1.2',
    ocsp: { staple: true },
    credentials: () => credentials,
  }
  const clock = fakeClock(settings.nowMs)
  const counts = new Map<string, number>()
  const count = (name: string, labels: Readonly<Record<string, string>> = {}) => {
    const key = [name, ...Object.values(labels)].join(' ')
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const outbound = outboundCredentials(trunks, { clock, log: silentLog, count })
  t.after(() => outbound[Symbol.dispose]())
  const connections = new Set<SipConnection>()
  t.after(() => {
    for (const connection of connections) connection.close()
  })
  const take = (socket: TLSSocket, from: Home, opened?: Opened) => {
    const connection = new SipConnection(socket, {
      id: `c${connections.size}`,
      home: from,
      clock,
      limits: config.sip.limits,
      count,
      candidates: (peer) => candidateTrunks(trunks, peer),
      ...(opened && { opened }),
      handlers: {
        message() {},
        invalid() {},
        stranger() {},
        closed() {},
        inUse: () => false,
        catches: () => false,
      },
    })
    connections.add(connection)
    return connection
  }
  const pool = trunkPool({
    clock,
    log: silentLog,
    count,
    locate: (host, port = 0) => Promise.resolve(settings.targets ?? [{ address: host, port }]),
    chance: () => 0.5,
    timeoutMs: 5_000,
    homes: [home],
    credentials: (trunk) => outbound.of(trunk),
    open: () => connections,
    take,
  })
  t.after(() => pool[Symbol.dispose]())
  const [first, second] = trunks
  assert.ok(first)
  /** A connection that a peer opens to our listener. */
  const accept = async (pair: PemPair) => {
    const server = createServer({ cert: own.certPem, key: own.keyPem, ca: pki.caPem, requestCert: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const accepted = once(server, 'secureConnection')
    const client = connect({
      port,
      ca: pki.caPem,
      servername: 'gw.example',
      cert: pair.certPem,
      key: pair.keyPem,
    })
    t.after(() => client.destroy())
    const [socket] = (await accepted) as [TLSSocket]
    return take(socket, home)
  }
  return { accept, pool, first, second: second ?? first, clock, counts, file }
}

export type Accepted = TLSSocket & { servername?: string | false | undefined }

/** A peer that can be dialled; `staple` is what it shows who asks for OCSP. */
export async function carrier(t: TestContext, options: TlsOptions, host = '127.0.0.1', staple?: Uint8Array) {
  const accepted: Accepted[] = []
  const server = createServer(options, (socket) => {
    accepted.push(socket as Accepted)
    socket.on('error', () => {})
  })
  /** The connections that came, once there are so many. */
  const atLeast = async (connections: number): Promise<readonly Accepted[]> => {
    while (accepted.length < connections) await once(server, 'secureConnection')
    return accepted
  }
  if (staple)
    server.on('OCSPRequest', (_certificate, _issuer, answer: (error: null, der: Buffer) => void) =>
      answer(null, Buffer.from(staple)),
    )
  server.on('tlsClientError', () => {})
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => {
    for (const socket of accepted) socket.destroy()
    server.close()
  })
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, atLeast }
}
