import { dialogRequest, nextHop, ackFor, type Dialog } from '@voxkeep/wire/dialog'
import { parseCSeq, type SipResponse } from '@voxkeep/wire/sip'
import type { TransactionLayer } from '@voxkeep/wire/transaction'
import type { ChallengeAnswers, ChallengedRequest } from './challenge-answers.ts'
import type { SipConnection } from './connection.ts'
import { dialTarget, type DialTarget } from './dial.ts'
import { sipsPort } from './locate.ts'
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
  /** What answers the peer when it challenges us; only where we called. */
  readonly challenges?: ChallengeAnswers | undefined
  /** Aborts when the session is over: an INVITE that still waits for its answer is given up, or a peer could make us wait for ever. */
  readonly signal?: AbortSignal
}

export interface PeersDeps {
  readonly layer: TransactionLayer<SipConnection>
  readonly open: () => Iterable<SipConnection>
  readonly dial: (target: DialTarget, peer: Peer) => Promise<SipConnection>
}

export interface Peers {
  /** A connection to the peer: the one it used, another of the same trunk from the same address, or a new one. */
  reach(peer: Peer): Promise<SipConnection | undefined>
  /**
   * Sends a request within the dialog; tries once more when the connection breaks under it, and answers challenges where
   * `peer` knows how. Never rejects.
   */
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

  async function attempt(
    peer: Peer,
    method: string,
    o: RequestParts,
    challenged: ChallengedRequest | undefined,
  ): Promise<Outcome | 'broken'> {
    const connection = await reach(peer)
    if (connection === undefined) return { kind: 'unreachable' }
    const request = dialogRequest(peer.dialog, method, {
      contact: peer.contact,
      headers: [userAgentHeader, ...(o.headers ?? [])],
      ...(o.body !== undefined && { body: o.body }),
    })
    if (challenged !== undefined && connection.mayUse(peer.trunk))
      for (const [name, value] of challenged.headers(request)) request.headers.append(name, value)
    const settled = new AbortController()
    const outcome = await new Promise<Outcome | 'broken'>((resolve) => {
      const transaction = deps.layer.request(connection, request, peer.localHostPort, {
        onFinal: (response) => resolve({ kind: 'response', response, connection }),
        onTimeout: () => resolve({ kind: 'timeout' }),
        onTransportError: () => resolve('broken'),
      })
      if (method === 'INVITE')
        peer.signal?.addEventListener('abort', () => transaction.cancel(), { signal: settled.signal })
    })
    settled.abort()
    return outcome
  }

  return {
    reach,
    async request(peer, method, o) {
      const challenged = peer.challenges?.begin()
      for (let redials = 0; ;) {
        const outcome = await attempt(peer, method, o, challenged)
        if (outcome === 'broken') redials += 1
        else if (outcome.kind !== 'response' || !mayTryAgain(peer, outcome, challenged)) return outcome
        if (redials > 1) return { kind: 'unreachable' }
      }
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

/** Whether the response is a challenge that is worth answering; only to the trunk's own peer, for an answer can be used elsewhere. */
function mayTryAgain(
  peer: Peer,
  { response, connection }: Outcome & { kind: 'response' },
  challenged: ChallengedRequest | undefined,
): boolean {
  challenged?.learn(response)
  if (response.status !== 401 && response.status !== 407) return false
  return connection.mayUse(peer.trunk) && challenged?.mayRetry(response) === true
}

/** Where the peer listens: other ports of its address are other servers. */
function portOf({ connection, dialog }: Peer): number {
  return connection.isOpenedByUs ? connection.peerPort : (dialTarget(nextHop(dialog))?.port ?? sipsPort)
}

/**
 * Whether a connection leads to the peer too. One that we opened does when it was opened for this trunk, so with its name and
 * certificate: another trunk's at the same address never does. One that a peer opened does for trunks that are known by address or
 * certificate, and for calls that came in so: behind one address many phones may share a trunk's password, and each has its own.
 */
function isSamePeer(connection: SipConnection, peer: Peer): boolean {
  const { trunk } = peer
  if (connection.peer.address !== peer.connection.peer.address) return false
  if (connection.isOpenedByUs) return connection.vouched.has(trunk) && connection.peerPort === portOf(peer)
  if (peer.connection.isOpenedByUs || (trunk.ranges.length === 0 && trunk.certificateName === undefined))
    return false
  return connection.mayUse(trunk)
}
