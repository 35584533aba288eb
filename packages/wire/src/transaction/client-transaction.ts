import type { SipMessage, SipRequest, SipResponse } from '@voxkeep/wire/sip'
import type { ClientHandlers, ClientTransaction, Flow, Timers } from './types.ts'

/** A client transaction as the layer drives it. */
export interface OpenClient<F extends Flow> {
  readonly flow: F
  readonly transaction: ClientTransaction
  /** Sends the request. */
  begin(): void
  receive(response: SipResponse): void
  transportFailed(): void
  /** Keeps the ACK to a 2xx, to repeat it when the 2xx is repeated. */
  keepAck(ack: SipRequest, flow: F): void
  /** Ends without a word to the user. */
  close(): void
}

export interface ClientParts<F extends Flow> {
  readonly timers: Timers
  readonly flow: F
  /** With our Via. */
  readonly request: SipRequest
  readonly handlers: ClientHandlers
  /** May throw. */
  readonly send: (flow: F, message: SipMessage) => void
  readonly onEnd: () => void
}

export function responseClass(response: SipResponse): 'provisional' | 'success' | 'failure' {
  if (response.status < 200) return 'provisional'
  return response.status < 300 ? 'success' : 'failure'
}
