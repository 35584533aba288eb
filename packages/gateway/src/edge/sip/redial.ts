import type { TLSSocket } from 'node:tls'
import type { Clock, Log } from '#kernel'
import type { Home, SipConnection } from './connection.ts'
import { dialPeer, type DialTarget } from './dial.ts'
import { redialFailed } from './events.ts'
import { hostPort } from './peer-security.ts'
import type { Peer } from './peers.ts'

/** Opens connections to peers. Many calls may lose the same connection at once: one new connection then serves them all. */
export function redialler(deps: {
  clock: Clock
  log: Log
  timeoutMs: number
  take: (socket: TLSSocket, home: Home) => SipConnection
}): (target: DialTarget, peer: Peer) => Promise<SipConnection> {
  const dialling = new Map<string, Promise<SipConnection>>()

  async function dial(target: DialTarget, peer: Peer): Promise<SipConnection> {
    const { home } = peer.connection
    const timeout = new AbortController()
    const cancel = deps.clock.set(deps.timeoutMs, () => timeout.abort())
    try {
      const socket = await dialPeer(target, {
        trunk: peer.trunk,
        sourceAddress: peer.connection.peer.address,
        credentials: home.credentials(),
        minVersion: home.minVersion,
        signal: timeout.signal,
      })
      return deps.take(socket, home)
    } catch (error) {
      redialFailed(deps.log, peer.trunk.id, error)
      throw error
    } finally {
      cancel()
    }
  }

  return async (target, peer) => {
    const key = `${peer.trunk.id} ${peer.connection.peer.address} ${hostPort(target.host, target.port)}`
    const dialled = dialling.get(key) ?? dial(target, peer)
    dialling.set(key, dialled)
    try {
      return await dialled
    } finally {
      if (dialling.get(key) === dialled) dialling.delete(key)
    }
  }
}
