/** Why a leg could not do what it was asked. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError'
  readonly code:
    | 'EDGE_LEG_OVER' // the caller gave up, or the leg was already answered or ended
    | 'EDGE_NO_ACK' // the 200 was never acknowledged
    | 'EDGE_PEER_UNREACHABLE' // the connection is gone and could not be dialled again
    | 'EDGE_PEER_NOT_ALLOWED' // the address to dial is none of the trunk's
    | 'EDGE_CERTIFICATE' // the listener's certificate or key cannot be used
  constructor(code: EdgeError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
