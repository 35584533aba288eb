import { dialogRequest, nextHop, ackFor, type Dialog } from '@voxkeep/wire/dialog'
import { parseCSeq, type SipResponse } from '@voxkeep/wire/sip'
import type { TransactionLayer } from '@voxkeep/wire/transaction'
import type { SipConnection } from './connection.ts'
import { dialTarget, type DialTarget } from './dial.ts'
import { userAgentHeader } from './own-headers.ts'
import type { Trunk } from './trunk.ts'

/** What came of a request of ours. */
export type Outcome =
  | { readonly kind: 'response'; readonly response: SipResponse; readonly connection: SipConnection }
  | { readonly kind: 'timeout' | 'unreachable' }

/** A dialog's peer, as far as reaching it goes. */
export interface Peer {
  readonly dialog: Dialog
  readonly trunk: Trunk
  /** Where the peer was last heard. */
  connection: SipConnection
  /** Our `host:port`, and our Contact, as this peer knows them. */
  readonly localHostPort: string
  readonly contact: string
}

export interface PeersDeps {
  readonly layer: TransactionLayer<SipConnection>
  readonly open: () => Iterable<SipConnection>
  readonly dial: (target: DialTarget, peer: Peer) => Promise<SipConnection>
}

export interface Peers {
  /** A connection to the peer: the one it used, another of the same trunk from the same address, or a new one. */
  reach(peer: Peer): Promise<SipConnection | undefined>
  /** Sends a request within the dialog; tries once more when the connection breaks under it. Never rejects. */
  request(peer: Peer, method: string, o: RequestParts): Promise<Outcome>
  /** Acknowledges a 2xx to our INVITE. */
  ack(peer: Peer, connection: SipConnection, success: SipResponse): void
}

export interface RequestParts {
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: Uint8Array
}

/** Requests to peers: over the connection that is there, else over one that is dialled. */
export function peers(deps: PeersDeps): Peers {
  async function reach(peer: Peer): Promise<SipConnection | undefined> {
    if (peer.connection.isOpen) return peer.connection
    for (const connection of deps.open()) {
      if (!connection.isOpen || !isSamePeer(connection, peer)) continue
      peer.connection = connection
      return connection
    }
    const target = dialTarget(nextHop(peer.dialog))
    if (target === undefined) return undefined
    try {
      peer.connection = await deps.dial(target, peer)
      return peer.connection
    } catch {
      return undefined // `dial` has told why
    }
  }

  async function attempt(peer: Peer, method: string, o: RequestParts): Promise<Outcome | 'broken'> {
    const connection = await reach(peer)
    if (connection === undefined) return { kind: 'unreachable' }
    const request = dialogRequest(peer.dialog, method, {
      contact: peer.contact,
      headers: [userAgentHeader, ...(o.headers ?? [])],
      ...(o.body !== undefined && { body: o.body }),
    })
    return await new Promise((resolve) => {
      deps.layer.request(connection, request, peer.localHostPort, {
        onFinal: (response) => resolve({ kind: 'response', response, connection }),
        onTimeout: () => resolve({ kind: 'timeout' }),
        onTransportError: () => resolve('broken'),
      })
    })
  }

  return {
    reach,
    async request(peer, method, o) {
      const first = await attempt(peer, method, o)
      if (first !== 'broken') return first
      const second = await attempt(peer, method, o)
      return second === 'broken' ? { kind: 'unreachable' } : second
    },
    ack(peer, connection, success) {
      const inviteSeq = parseCSeq(success.headers.get('CSeq') ?? '')?.seq ?? 0
      const request = ackFor(peer.dialog, inviteSeq, { contact: peer.contact, headers: [userAgentHeader] })
      try {
        deps.layer.sendAck(connection, request, peer.localHostPort)
      } catch {
        // The connection broke: the peer repeats its 2xx or gives the session up.
      }
    },
  }
}

/**
 * Whether a connection leads to the peer too. Only for trunks that are known by address or certificate: behind one
 * address many phones may share a trunk's password, and each has its own connection.
 */
function isSamePeer(connection: SipConnection, peer: Peer): boolean {
  const { trunk } = peer
  if (trunk.ranges.length === 0 && trunk.certificateName === undefined) return false
  return connection.peer.address === peer.connection.peer.address && connection.mayUse(trunk)
}
