import type { SipMessage } from '@voxkeep/wire/sip'
import type { Log, TrunkId } from '#kernel'
import { aliasFor, noteAlias } from './alias.ts'
import type { Home, SipConnection } from './connection.ts'
import type { Credentials } from './credentials.ts'
import type { DialTarget } from './dial.ts'
import { dialler, type DiallerDeps, type Way } from './dialler.ts'
import { EdgeError } from './edge-error.ts'
import { peerNotReached } from './events.ts'
import { reachLog } from './reach-log.ts'
import { failover } from './failover.ts'
import type { Locate, Target } from './locate.ts'
import { hostPort } from './peer-security.ts'
import type { Peer } from './peers.ts'
import { sameAddress } from './same-address.ts'
import type { StapleCheck } from './staple-check.ts'
import { inRanges, type Trunk } from './trunk.ts'
import { secureContexts, trustOf, trustOfCallers, type Trust } from './trust.ts'

export interface TrunkPoolDeps extends DiallerDeps {
  readonly log: Log
  readonly locate: Locate
  /** The listeners, in the order of the configuration: what we open shows the first one’s port and certificate. */
  readonly homes: readonly Home[]
  /** Of a trunk with `outbound`: its own authorities, and its own certificate if it has one. */
  readonly credentials: (trunk: TrunkId) => Credentials
  readonly open: () => Iterable<SipConnection>
}

/** Connections that we open. Those that differ in peer, name, certificate or authorities are never the same one. */
export interface TrunkPool extends Disposable {
  /**
   * A connection to the trunk's peer, new or in use, verified either way. Rejects with `EdgeError` `EDGE_PEER_UNREACHABLE` and
   * the reason, once every address of the peer was tried; with `EDGE_PEER_NOT_ALLOWED` for a trunk that is not called through.
   */
  connect(trunk: Trunk): Promise<SipConnection>
  /**
   * A connection to where a dialog's next request goes, when the one it used is gone. The peer chose `target`, so only addresses
   * that are the trunk's are dialled, or any whose certificate then carries the trunk's name. Rejects like `connect`.
   */
  redial(target: DialTarget, peer: Peer): Promise<SipConnection>
  /** Notes what a peer says of its connection (RFC 5923 §5). */
  heard(connection: SipConnection, message: SipMessage): void
}

export function trunkPool(deps: TrunkPoolDeps): TrunkPool {
  const connections = dialler(deps)
  const firstThatWorks = failover(deps.clock)
  const contexts = secureContexts()
  const supersede = successions()
  const told = reachLog(deps.log)

  function reach(targets: readonly Target[], way: Way): Promise<SipConnection> {
    return firstThatWorks(targets, async (target) => {
      try {
        const connection = await connections.reach(target, way)
        connection.vouchFor(way.trunk)
        told.reached(way.trunk.id, target)
        return connection
      } catch (error) {
        told.missed(way.trunk.id, target, error)
        throw error
      }
    })
  }

  function wayTo(trunk: Trunk, home: Home, names: readonly [string, ...string[]]): Way {
    const trust = trunk.outbound
      ? trustOf(deps.credentials(trunk.id), home)
      : trustOfCallers(home.credentials())
    const [serverName] = names
    const staple = stapleCheck(trunk)
    const check = { serverName, names, secureContext: contexts.of(trust, home.minVersion), staple }
    const key = (some: readonly string[]) => keyOf(some, trust, staple.policy)
    return { check, key: key(names), stricterKey: key([serverName]), home, trunk }
  }

  function stapleCheck({ outbound }: Trunk): StapleCheck {
    return {
      policy: outbound?.ocsp ?? 'stapled',
      now: () => deps.clock.now(),
      onResult: (result) => deps.count('peer_staples', { result }),
    }
  }

  return {
    async connect(trunk) {
      const [home] = deps.homes
      const { outbound } = trunk
      if (outbound === undefined || home === undefined) throw notAllowed()
      const targets = await deps.locate(outbound.host, outbound.port)
      const inbound = aliasFor(deps.open(), trunk, targets, deps.credentials(trunk.id))
      if (inbound) return inbound
      const connection = await reach(targets, wayTo(trunk, home, [outbound.serverName]))
      supersede(trunk, connection)
      return connection
    },
    async redial(target, peer) {
      const { trunk, connection } = peer
      const found = await deps.locate(target.host, target.port)
      const { targets, names } = redialled(target, found, peer)
      if (targets.length > 0) return await reach(targets, wayTo(trunk, connection.home, names))
      peerNotReached(deps.log, trunk.id, notAllowed())
      throw notAllowed()
    },
    heard: noteAlias,
    [Symbol.dispose]: () => connections[Symbol.dispose](),
  }
}

/** What may be dialled of what signalling names, and the names to verify there. */
function redialled(target: DialTarget, found: readonly Target[], { trunk, connection }: Peer) {
  const isTheirs = ({ address }: Target) =>
    sameAddress(address, connection.peer.address) || inRanges(address, trunk.ranges)
  // Where signalling names only an address, the trunk's own name stands in for it. Another name that signalling gives counts
  // where the address is the trunk's, or where there is no better one.
  const known = trunk.outbound?.serverName ?? trunk.certificateName?.replace(/^sips?:/, '')
  const names: [string, ...string[]] = [known ?? target.host]
  if (trunk.outbound && found.every(isTheirs)) names.push(target.host)
  return { targets: known === undefined ? found.filter(isTheirs) : found, names }
}

/** After a change of certificate or authorities the connections from before serve the calls that they have, and no more. */
function successions(): (trunk: Trunk, connection: SipConnection) => void {
  const latest = new Map<string, SipConnection>() // of each trunk, to each address
  return (trunk, connection) => {
    const key = `${trunk.id} ${hostPort(connection.peer.address, connection.peerPort)}`
    const before = latest.get(key)
    if (before === connection) return
    if (before?.vouched.size === 1) before.retire() // nobody else's
    for (const [old, { isOpen }] of latest) if (!isOpen) latest.delete(old)
    latest.set(key, connection)
  }
}

function notAllowed(): EdgeError {
  return new EdgeError('EDGE_PEER_NOT_ALLOWED', 'the address to dial is none of the trunk’s', {
    reason: 'address',
  })
}

function keyOf(names: readonly string[], trust: Trust, policy: StapleCheck['policy']): string {
  return `${[...new Set(names)].join(' ')} ${trust.digest} ${policy}`
}
