import { screenResponse, type SipMessage, type SipRequest } from '@voxkeep/wire/sip'
import { clientSide } from './client-side.ts'
import { ServerSide } from './server-side.ts'
import type { ClientHandlers, ClientTransaction, Flow, TransactionDeps } from './types.ts'

export interface TransactionLayer<F extends Flow> {
  /** Takes a parsed message; a request without a usable Via, and a response with a second one, are dropped. */
  receive(flow: F, message: SipMessage): void
  /**
   * Sends a request in a new client transaction. Throws `TransactionError` for what is no request of its own, or has no
   * CSeq.
   *
   * @param request - Without Via. Never ACK or CANCEL.
   * @param viaHost - Our `host[:port]` on this flow, for the Via that is added.
   */
  request(flow: F, request: SipRequest, viaHost: string, handlers: ClientHandlers): ClientTransaction
  /**
   * Sends the ACK of a 2xx. While the INVITE's transaction lives the ACK is repeated whenever that 2xx is, and the
   * repeated 2xx is not passed up. A throw of `send` is passed on.
   */
  sendAck(flow: F, request: SipRequest, viaHost: string): void
  /** Ends what cannot go on without this flow. */
  transportFailed(flow: F): void
  /** Open transactions of both sides. */
  readonly size: number
  /** Requests that met the limit and got 503. */
  readonly refused: number
  /** Stops every timer and forgets every transaction, without a word to their users; what comes later is dropped. */
  close(): void
}

/** RFC 3261 §17 between the transport and its users. Answers CANCEL, merged requests (482) and spent hops (483) itself. */
export function transactionLayer<F extends Flow>(deps: TransactionDeps<F>): TransactionLayer<F> {
  const servers = new ServerSide(deps)
  const clients = clientSide(deps)
  let closed = false
  return {
    receive(flow, message) {
      if (closed) return
      if (message.kind === 'request') servers.receive(flow, message)
      else if (screenResponse(message)) clients.receive(flow, message)
    },
    request: clients.request,
    sendAck: clients.sendAck,
    transportFailed(flow) {
      servers.transportFailed(flow)
      clients.transportFailed(flow)
    },
    get size() {
      return servers.size + clients.size
    },
    get refused() {
      return servers.refused
    },
    close() {
      closed = true
      servers.close()
      clients.close()
    },
  }
}
