import type { TLSSocket } from 'node:tls'
import { dialogId } from '@voxkeep/wire/dialog'
import { nodeDigestHash } from '@voxkeep/wire/node'
import { stampReceived, type SipMessage } from '@voxkeep/wire/sip'
import { transactionLayer, type TransactionLayer } from '@voxkeep/wire/transaction'
import { wait } from '#kernel'
import { connectionQuota, sourceKey, tokenBuckets } from '#shield'
import { SipConnection, type Home } from './connection.ts'
import type { SipEdgeDeps } from './edge-deps.ts'
import { EdgeError } from './edge-error.ts'
import { gate, type Gate } from './gate.ts'
import { ladderEntry, type LadderEntry } from './ladder.ts'
import type { Leg } from './leg.ts'
import { nonceStore } from './nonce-store.ts'
import { respondTo } from './own-headers.ts'
import { hostPort } from './peer-security.ts'
import { peers } from './peers.ts'
import { redialler } from './redial.ts'
import type { TlsListenerDeps } from './tls-listener.ts'
import { candidateTrunks, compileTrunk, inRanges, type Trunk } from './trunk.ts'
import { UserAgentServer } from './uas.ts'

const nonceLifetimeMs = 60_000
const maxTransactions = 20_000 // a thousand new calls a second, and what they leave behind for some seconds
const defaultMaxCalls = 10_000
const shutdownMs = 2_000 // what peers get to confirm our BYEs when the gateway stops
/** Where trunks are known by address, a quarter of all connections is theirs alone. */
const strangerShare = 0.75

/** What the listeners share: connections, transactions, legs and guards. */
export class EdgeCore {
  readonly #deps: SipEdgeDeps
  readonly #trunks: readonly Trunk[]
  readonly #connections = new Set<SipConnection>()
  readonly #gate: Gate
  readonly #layer: TransactionLayer<SipConnection>
  readonly #uas: UserAgentServer
  readonly listenerDeps: TlsListenerDeps
  #isClosing = false
  #lastId = 0

  /** Throws when a trunk cannot be compiled. */
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
    this.#uas = this.#openServer()
    this.listenerDeps = {
      ...deps,
      limits,
      clock,
      quota: connectionQuota({ perSource: limits.connectionsPerSource, global: limits.connections }),
      guard: this.#gate.guard,
      sourceOf: sourceKey,
      isTrunkAddress,
      strangerShare: this.#trunks.some(({ ranges }) => ranges.length > 0) ? strangerShare : 1,
      onSecure: (socket, home) => void this.#take(socket, home),
    }
  }

  /** Ends every call, and gives peers a moment to confirm. */
  async endCalls(): Promise<void> {
    this.#isClosing = true
    const ended = Promise.all([...this.#uas.legs.values()].map((leg) => leg.shutdown()))
    const stop = new AbortController()
    const timeout = wait(this.#deps.clock, shutdownMs, stop.signal).catch(() => {})
    await Promise.race([ended, timeout])
    stop.abort()
  }

  close(): void {
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

  #openServer(): UserAgentServer {
    const { clock, random, log, config, count } = this.#deps
    const calls = { perSecond: config.limits.callsPerSecond, burst: config.limits.callsPerSecond }
    const maxSources = Math.max(1, this.#trunks.length)
    return new UserAgentServer({
      ...this.#deps,
      peers: peers({
        layer: this.#layer,
        open: () => this.#connections,
        dial: redialler({
          clock,
          log,
          timeoutMs: config.limits.handshakeTimeoutMs,
          take: (socket, home) => this.#take(socket, home),
        }),
      }),
      chance: () => Buffer.from(random.bytes(4)).readUInt32BE() / 2 ** 32,
      accepting: () => !this.#isClosing && this.#deps.accepting(),
      nonces: nonceStore({ clock, random, lifetimeMs: nonceLifetimeMs }),
      callRate: tokenBuckets({ perSource: calls, global: calls, maxSources, clock }),
      maxCalls: this.#deps.maxCalls ?? defaultMaxCalls,
      suspect: (connection) => this.#gate.suspect(connection),
      localHostPort: ({ localAddress, home }) => hostPort(config.advertisedHost ?? localAddress, home.port),
      record: (leg, direction, message) => this.#record(leg, direction, message),
      count,
    })
  }

  #take(socket: TLSSocket, home: Home): SipConnection {
    const { clock, count, config } = this.#deps
    const connection = new SipConnection(socket, {
      id: `c${(this.#lastId += 1)}`,
      home,
      clock,
      limits: config.limits,
      count,
      candidates: (peer) => candidateTrunks(this.#trunks, peer),
      handlers: {
        message: (from, message) => this.#message(from, message),
        invalid: (from, answer) => this.#invalid(from, answer),
        stranger: (from) => this.#gate.suspect(from),
        closed: (gone) => {
          this.#connections.delete(gone)
          count('connections_closed')
          this.#layer.transportFailed(gone)
        },
        inUse: (idle) => this.#uas.uses(idle),
      },
    })
    this.#connections.add(connection)
    count('connections')
    return connection
  }

  #message(connection: SipConnection, message: SipMessage): void {
    if (!this.#gate.admits(connection)) return
    this.#recordByTag('received', message)
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
    const leg = this.#uas.legs.get(dialogId(message, isOurRequest ? 'uac' : 'uas'))
    if (leg) this.#record(leg, direction, message)
  }

  #record(leg: Leg, direction: LadderEntry['direction'], message: SipMessage): void {
    this.#deps.ladder(leg.id, ladderEntry(direction, message, this.#deps.clock.now()))
  }
}
