import type { SipMessage, SipRequest, SipResponse } from '@voxkeep/wire/sip'

export interface Timers {
  /** Returns how to cancel. Must not fire before it returns. */
  set(delayMs: number, fire: () => void): () => void
}

/** A way to one peer: a connection, or an address behind a UDP socket. */
export interface Flow {
  readonly id: string
  readonly reliable: boolean
  /** As it stands in a Via; `TLS` for a reliable flow and `UDP` for another when absent. */
  readonly transport?: string
}

export interface TransactionDeps<F extends Flow> {
  readonly timers: Timers
  /** May throw, which counts as a failed transport for that transaction; later failures come by `transportFailed`. */
  readonly send: (flow: F, message: SipMessage) => void
  /** A fresh `z9hG4bK…` value that no stranger can guess. */
  readonly branch: () => string
  /** A new server transaction: never for ACK, CANCEL or a retransmission. */
  readonly onRequest: (transaction: ServerTransaction<F>) => void
  /** An ACK that acknowledges a 2xx, once while its transaction lives; or an ACK that nothing here knows. */
  readonly onAck: (request: SipRequest, flow: F) => void
  /** A response that no client transaction waits for, such as a 2xx after its transaction ended. */
  readonly onStrayResponse: (response: SipResponse, flow: F) => void
  /** How many server transactions may be open; a request beyond gets 503 and leaves no state. */
  readonly limit: number
}

/**
 * Why a server transaction's work ended. `ok`: of an INVITE the final response is acknowledged; of another request it is
 * sent, and over an unreliable flow the peer has had time to ask for it again.
 */
export type ServerEnd = 'ok' | 'timeout' | 'transport'

export interface ServerTransaction<F extends Flow> {
  readonly request: SipRequest
  readonly flow: F
  readonly state: string
  /** Sends a response; one that the state does not allow (a second final one) is ignored. */
  respond(response: SipResponse): void
  /**
   * The peer cancelled the INVITE; the CANCEL is already answered, and the user responds 487. A CANCEL that came before
   * this was set is delivered when it is.
   */
  onCancel?: ((cancel: SipRequest) => void) | undefined
  /** Called once: `timeout` when an INVITE's final response was not acknowledged in time. Delivered late like `onCancel`. */
  onEnd?: ((why: ServerEnd) => void) | undefined
}

export interface ClientTransaction {
  /** With the Via that was added. */
  readonly request: SipRequest
  readonly state: string
  /**
   * Cancels an INVITE (RFC 3261 §9.1): at once after a provisional response, else when one comes; never after a final
   * one. A 2xx that was already on its way still comes to `onFinal`: acknowledge it and send BYE.
   *
   * @param headers - Of the CANCEL, beyond what makes one: a Reason (RFC 3326).
   */
  cancel(headers?: readonly (readonly [name: string, value: string])[]): void
}

/** Of `onFinal`, `onTimeout` and `onTransportError` one is called; only `onFinal` may come again, for another fork's 2xx. */
export interface ClientHandlers {
  onProvisional?(response: SipResponse): void
  onFinal(response: SipResponse): void
  onTimeout(): void
  onTransportError(): void
}
