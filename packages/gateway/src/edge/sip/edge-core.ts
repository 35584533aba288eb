import type { TLSSocket } from 'node:tls'
import { nodeDigestHash } from '@voxkeep/wire/node'
import { stampReceived, type SipMessage } from '@voxkeep/wire/sip'
import { transactionLayer, type TransactionLayer } from '@voxkeep/wire/transaction'
import type { PlaceCall } from '#call'
import { wait, type LegId } from '#kernel'
import { connectionQuota, sourceKey, tokenBuckets } from '#shield'
import type { WatchedCertificate } from './certificate-alarm.ts'
import { SipConnection, type Home, type Opened } from './connection.ts'
import type { SipEdgeDeps } from './edge-deps.ts'
import { EdgeError } from './edge-error.ts'
import { gate, type Gate } from './gate.ts'
import { ladderEntry, type LadderEntry } from './ladder.ts'
import type { DialogLegDeps } from './dialog-leg.ts'
import { legTable, type LegTable } from './leg-table.ts'
import { nonceStore } from './nonce-store.ts'
import { respondTo } from './own-headers.ts'
import { hostPort } from './peer-security.ts'
import { locator } from './locate.ts'
import { ocspWatch, type CertificateStatus, type OcspWatch, type OwnCertificate } from './ocsp-watch.ts'
import { optionsProbe } from './options-probe.ts'
import { outboundCredentials, type OutboundCredentials } from './outbound-credentials.ts'
import { peers } from './peers.ts'
import { trunkPool, type TrunkPool } from './pool.ts'
import { systemResolver } from './resolver.ts'
import type { TlsListenerDeps } from './tls-listener.ts'
import { trunkHealth, type TrunkHealth } from './trunk-health.ts'
import { candidateTrunks, compileTrunk, inRanges, type PeerIdentity, type Trunk } from './trunk.ts'
import { UserAgentClient } from './uac.ts'
import { UserAgentServer } from './uas.ts'

const nonceLifetimeMs = 60_000
const maxTransactions = 20_000 // a thousand new calls a second, and what they leave behind for some seconds
const defaultMaxCalls = 10_000
const shutdownMs = 2_000 // what peers get to confirm our BYEs when the gateway stops
/** Where trunks are known by address, a quarter of all connections is theirs alone. */
const strangerShare = 0.75

/** TLS handshakes a second with one address that is no trunk's, once it has used up its connections' worth. */
const handshakesPerSource = 10
const maxHandshakeSources = 10_000

/** What the listeners share: connections, transactions, legs and guards. */
export class EdgeCore {
  readonly #deps: SipEdgeDeps
  readonly #trunks: readonly Trunk[]
  readonly #connections = new Set<SipConnection>()
  readonly #gate: Gate
  readonly #layer: TransactionLayer<SipConnection>
  readonly #uas: UserAgentServer
  readonly #uac: UserAgentClient
  readonly #legs: LegTable
  readonly listenerDeps: TlsListenerDeps
  /** The listeners that are open, in the order of the configuration. */
  readonly homes: Home[] = []
  readonly credentials: OutboundCredentials
  readonly pool: TrunkPool
  readonly health: TrunkHealth
  readonly #ocsp: OcspWatch | undefined
  #isClosing = false
  #lastId = 0

  /** Throws when a trunk cannot be compiled, or a file that it is dialled with cannot be used. */
  constructor(deps: SipEdgeDeps) {
    const { clock, config } = deps
    const { limits } = config
    this.#deps = deps
    this.#trunks = deps.trunks.map((trunk) =>
      compileTrunk(trunk, { readSecret: deps.readSecret, digestHash: nodeDigestHash }),
    )
    const isTrunkAddress = (address: string) => this.#trunks.some(({ ranges }) => inRanges(address, ranges))
    this.#gate = gate({ ...deps, isTrunkAddress, open: () => this.#connections })
    this.#layer = this.#openLayer()
    this.credentials = outboundCredentials(this.#trunks, {
      ...deps,
      onRenewed: () => this.#ocsp?.refresh(),
    })
    this.#ocsp = this.#openOcsp()
    this.pool = this.#openPool()
    this.health = this.#openHealth()
    this.#legs = legTable(deps.count)
    const legDeps = this.#legDeps()
    this.#uas = this.#openServer(legDeps)
    this.#uac = this.#openClient(legDeps)
    this.listenerDeps = {
      ...deps,
      limits,
      clock,
      quota: connectionQuota({ perSource: limits.connectionsPerSource, global: limits.connections }),
      guard: this.#gate.guard,
      handshakes: tokenBuckets({
        perSource: { perSecond: handshakesPerSource, burst: limits.connectionsPerSource },
        global: { perSecond: limits.handshakesPerSecond, burst: limits.handshakesPerSecond },
        maxSources: maxHandshakeSources,
        clock,
      }),
      sourceOf: sourceKey,
      isTrunkAddress,
      strangerShare: this.#trunks.some(({ ranges }) => ranges.length > 0) ? strangerShare : 1,
      onSecure: (socket, home) => void this.#take(socket, home),
      onOpen: (home) => {
        this.homes.push(home)
        this.#ocsp?.refresh()
      },
      onRenewed: () => this.#ocsp?.refresh(),
      onCertificateRefused: (source, why) => deps.onCertificateRefused?.(source, why),
      staple: (own) => this.#ocsp?.staple(own),
    }
  }

  certificates(): WatchedCertificate[] {
    return this.#ownCertificates().map(({ certificate, own }) => ({ certificate, notAfter: own.notAfter }))
  }

  /** What their authorities say of our certificates, where there is a responder to ask. */
  certificateStatuses(): readonly CertificateStatus[] {
    return this.#ocsp?.statuses() ?? []
  }

  #ownCertificates(): (OwnCertificate & { isWatched: boolean })[] {
    const ofListeners = this.homes.flatMap(({ port, credentials, ocsp }) => {
      const { own, ca } = credentials()
      const isWatched = ocsp.staple
      return own ? [{ certificate: `listener ${port}`, own, ca, url: ocsp.url, isWatched }] : []
    })
    const ofTrunks = this.credentials.certificates().map(({ trunk, own }) => {
      const { ca } = this.credentials.of(trunk)
      return { certificate: `trunk ${trunk}`, own, ca, url: undefined, isWatched: true }
    })
    return [...ofListeners, ...ofTrunks]
  }

  /** How many there are now, of what strangers and peers make us keep. */
  open(): { readonly dialogs: number; readonly transactions: number; readonly connections: number } {
    return {
      dialogs: this.#legs.size,
      transactions: this.#layer.size,
      connections: this.#connections.size,
    }
  }

  get place(): PlaceCall {
    return this.#uac.place
  }

  /** Ends every call, and gives peers a moment to confirm. */
  async endCalls(): Promise<void> {
    this.#isClosing = true
    const ended = Promise.all([this.#uac.shutdown(), ...[...this.#legs].map((leg) => leg.finish('shutdown'))])
    const stop = new AbortController()
    const timeout = wait(this.#deps.clock, shutdownMs, stop.signal).catch(() => {})
    await Promise.race([ended, timeout])
    stop.abort()
  }

  close(): void {
    this.health[Symbol.dispose]()
    this.pool[Symbol.dispose]()
    this.#ocsp?.[Symbol.dispose]()
    this.credentials[Symbol.dispose]()
    this.#layer.close()
    for (const connection of this.#connections) connection.close()
  }

  #openLayer(): TransactionLayer<SipConnection> {
    const { clock, random, count } = this.#deps
    return transactionLayer<SipConnection>({
      timers: clock,
      limit: maxTransactions,
      branch: () => `z9hG4bK${Buffer.from(random.bytes(12)).toString('hex')}`,
      send: (connection, message) => {
        this.#recordByTag('sent', message)
        if (!connection.send(message)) throw new EdgeError('EDGE_PEER_UNREACHABLE', 'the connection is gone')
      },
      onRequest: (transaction) => this.#uas.request(transaction),
      onAck: (request, connection) => this.#uas.ack(request, connection),
      onStrayResponse: () => count('stray_responses'),
    })
  }

  #legDeps(): DialogLegDeps {
    return {
      clock: this.#deps.clock,
      legs: this.#legs,
      retire: (leg) => this.#legs.remove(leg),
      peers: peers({
        layer: this.#layer,
        open: () => this.#connections,
        dial: (target, peer) => this.pool.redial(target, peer),
      }),
      chance: () => this.#chance(),
    }
  }

  #openClient(legDeps: DialogLegDeps): UserAgentClient {
    return new UserAgentClient({
      ...this.#deps,
      trunks: this.#trunks,
      layer: this.#layer,
      legDeps,
      connect: (trunk) => this.pool.connect(trunk),
      health: this.health,
      localHostPort: (connection) => this.#localHostPort(connection),
      accepting: () => !this.#isClosing && this.#deps.accepting(),
      maxCalls: this.#deps.maxCalls ?? defaultMaxCalls,
    })
  }

  #openServer(legDeps: DialogLegDeps): UserAgentServer {
    const { clock, random, config, count } = this.#deps
    const calls = { perSecond: config.limits.callsPerSecond, burst: config.limits.callsPerSecond }
    const maxSources = Math.max(1, this.#trunks.length)
    return new UserAgentServer({
      ...this.#deps,
      ...legDeps,
      accepting: () => !this.#isClosing && this.#deps.accepting(),
      nonces: nonceStore({ clock, random, lifetimeMs: nonceLifetimeMs }),
      callRate: tokenBuckets({ perSource: calls, global: calls, maxSources, clock }),
      maxCalls: this.#deps.maxCalls ?? defaultMaxCalls,
      suspect: (connection) => this.#gate.suspect(connection),
      localHostPort: (connection) => this.#localHostPort(connection),
      record: ({ id }, direction, message) => this.#record(id, direction, message),
      count,
    })
  }

  #openPool(): TrunkPool {
    const { clock, log, count, config } = this.#deps
    const chance = () => this.#chance()
    return trunkPool({
      clock,
      log,
      count,
      chance,
      locate: locator({ resolver: this.#deps.resolver ?? systemResolver(), clock, chance }),
      timeoutMs: config.limits.handshakeTimeoutMs,
      homes: this.homes,
      credentials: (trunk) => this.credentials.of(trunk),
      open: () => this.#connections,
      take: (socket, home, opened) => this.#take(socket, home, opened),
    })
  }

  #openOcsp(): OcspWatch | undefined {
    const { fetchOcsp, onCertificateStatus } = this.#deps
    if (fetchOcsp === undefined) return undefined
    return ocspWatch({
      ...this.#deps,
      fetch: fetchOcsp,
      certificates: () => this.#ownCertificates().filter(({ isWatched }) => isWatched),
      onStatus: (status) => onCertificateStatus?.(status),
    })
  }

  #openHealth(): TrunkHealth {
    const { clock, random, log, count, onTrunkHealth } = this.#deps
    return trunkHealth({
      trunks: this.#trunks,
      clock,
      log,
      count,
      chance: () => this.#chance(),
      probe: optionsProbe({
        layer: this.#layer,
        random,
        connect: (trunk) => this.pool.connect(trunk),
        localHostPort: (connection) => this.#localHostPort(connection),
      }),
      onChange: (trunk, state) => onTrunkHealth?.(trunk, state),
    })
  }

  /** In [0, 1). */
  #chance(): number {
    return Buffer.from(this.#deps.random.bytes(4)).readUInt32BE() / 2 ** 32
  }

  #localHostPort({ localAddress, home }: SipConnection): string {
    return hostPort(this.#deps.config.advertisedHost ?? localAddress, home.port)
  }

  #take(socket: TLSSocket, home: Home, opened?: Opened): SipConnection {
    const { clock, count, config } = this.#deps
    const connection = new SipConnection(socket, {
      id: `c${(this.#lastId += 1)}`,
      home,
      clock,
      limits: config.limits,
      count,
      candidates: (peer) => this.#candidates(peer, opened?.trunk),
      ...(opened && { opened }),
      handlers: {
        message: (from, message) => this.#message(from, message),
        invalid: (from, answer) => this.#invalid(from, answer),
        stranger: (from) => this.#gate.suspect(from),
        catches: (from, message) => this.#gate.catches(from, message),
        closed: (gone) => {
          this.#connections.delete(gone)
          count('connections_closed')
          this.#layer.transportFailed(gone)
        },
        inUse: (idle) => this.#legs.uses(idle) || this.#uac.uses(idle),
      },
    })
    this.#connections.add(connection)
    count('connections')
    return connection
  }

  /**
   * The trunks that a peer may speak for. The certificate of one that we dialled was judged by the authorities that its own trunk
   * pins, so what it says proves nothing to another trunk.
   */
  #candidates(peer: PeerIdentity, dialled: Trunk | undefined): readonly Trunk[] {
    const candidates = candidateTrunks(this.#trunks, peer)
    if (dialled === undefined) return candidates
    return candidates.filter((trunk) => trunk === dialled || trunk.certificateName === undefined)
  }

  #message(connection: SipConnection, message: SipMessage): void {
    if (!this.#gate.admits(connection, message)) return
    this.#recordByTag('received', message)
    this.pool.heard(connection, message)
    const { peer, peerPort } = connection
    const stamped =
      message.kind === 'request' ? stampReceived(message, { address: peer.address, port: peerPort }) : message
    this.#layer.receive(connection, stamped)
  }

  #invalid(connection: SipConnection, answer: { status: number; message: SipMessage } | undefined): void {
    this.#deps.count('invalid_messages')
    this.#gate.suspect(connection)
    const message = answer?.message
    if (answer && message?.kind === 'request' && message.method !== 'ACK')
      connection.send(respondTo(message, answer.status))
  }

  /** Our tag is in the message and nobody can guess that, so it finds only the ladder that it belongs to. */
  #recordByTag(direction: LadderEntry['direction'], message: SipMessage): void {
    const isOurRequest = (direction === 'sent') === (message.kind === 'request')
    const side = isOurRequest ? 'uac' : 'uas'
    const leg = this.#legs.of(message, side)?.id ?? this.#uac.legOf(message, side)
    if (leg) this.#record(leg, direction, message)
  }

  #record(leg: LegId, direction: LadderEntry['direction'], message: SipMessage): void {
    this.#deps.ladder(leg, ladderEntry(direction, message, this.#deps.clock.now()))
  }
}
