import type { SipMessage, SipRequest, SipResponse } from '@voxkeep/wire/sip'
import type { Latch } from './latch.ts'
import type { Flow, ServerEnd, ServerTransaction, Timers } from './types.ts'

/** A server transaction as the layer drives it. */
export interface OpenServer<F extends Flow> {
  readonly transaction: ServerTransaction<F>
  begin(): void
  retransmission(): void
  /** @param passUp - Hands the ACK to the user, should it acknowledge a 2xx. */
  ack(passUp: () => void): void
  cancelled(cancel: SipRequest): void
  /** The To tag of what was last sent, if it had one. */
  readonly toTag: string | undefined
  transportFailed(): void
  /** Ends without a word to the user. */
  close(): void
}

export interface ServerParts<F extends Flow> {
  readonly timers: Timers
  readonly flow: F
  readonly request: SipRequest
  /** May throw. */
  readonly send: (flow: F, message: SipMessage) => void
  /** A 2xx to an INVITE is on its way: its ACK will come outside the transaction. */
  readonly onSuccess: (response: SipResponse) => void
  readonly onEnd: () => void
}

export type SendEvent = 'sendProvisional' | 'sendSuccess' | 'sendFailure'

export function sendEvent(response: SipResponse): SendEvent {
  if (response.status < 200) return 'sendProvisional'
  return response.status < 300 ? 'sendSuccess' : 'sendFailure'
}

/** What the user of a server transaction sees. */
export function userView<F extends Flow>(o: {
  readonly parts: ServerParts<F>
  readonly run: { readonly state: string; fire(event: SendEvent, message: SipResponse): void }
  readonly cancel: Latch<SipRequest>
  readonly end: Latch<ServerEnd>
}): ServerTransaction<F> {
  const { parts, run, cancel, end } = o
  return {
    request: parts.request,
    flow: parts.flow,
    get state() {
      return run.state
    },
    respond: (response) => run.fire(sendEvent(response), response),
    get onCancel() {
      return cancel.handler
    },
    set onCancel(handler) {
      cancel.handler = handler
    },
    get onEnd() {
      return end.handler
    },
    set onEnd(handler) {
      end.handler = handler
    },
  }
}
