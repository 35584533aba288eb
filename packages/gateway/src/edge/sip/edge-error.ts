/** Why a leg could not do what it was asked. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError'
  readonly code:
    | 'EDGE_LEG_OVER' // the caller gave up, or the leg was already answered or ended
    | 'EDGE_NO_ACK' // the 200 was never acknowledged
    | 'EDGE_PEER_UNREACHABLE' // the connection is gone and could not be dialled again
    | 'EDGE_PEER_NOT_ALLOWED' // the address to dial is none of the trunk's
    | 'EDGE_REFUSED' // the peer refused what it was asked; `status` says how
    | 'EDGE_CERTIFICATE' // the listener's certificate or key cannot be used
  /** With `EDGE_PEER_UNREACHABLE` where a connection could not be opened: what was in the way. */
  readonly reason: PeerFault | undefined
  /** With `EDGE_REFUSED`, where the peer answered. */
  readonly status: number | undefined
  constructor(
    code: EdgeError['code'],
    message: string,
    options?: ErrorOptions & { reason?: PeerFault; status?: number },
  ) {
    super(message, options)
    this.code = code
    this.reason = options?.reason
    this.status = options?.status
  }
}

/** Why a peer could not be connected to: a closed set, fit for a metric's label. */
export type PeerFault =
  | 'name' // it does not resolve
  | 'address' // there is no way to the address, or it is not one to dial
  | 'refused' // nobody listens there, or who does hangs up
  | 'timeout'
  | 'tls-name' // the certificate is another's
  | 'tls-untrusted' // the certificate chains to no trusted authority, has expired or was revoked
  | 'tls-other' // no common version or cipher, or the peer takes none of our certificates
