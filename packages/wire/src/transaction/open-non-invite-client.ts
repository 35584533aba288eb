import type { SipRequest, SipResponse } from '@voxkeep/wire/sip'
import { responseClass, type ClientParts, type OpenClient } from './client-transaction.ts'
import { Machine } from './machine.ts'
import {
  nonInviteClient,
  type NonInviteClientAction,
  type NonInviteClientEvent,
  type NonInviteClientState,
} from './non-invite-client.ts'
import { t1Ms, t2Ms, t4Ms, timeoutMs } from './timer-values.ts'
import type { ClientTransaction, Flow } from './types.ts'

/** Performs the actions of `nonInviteClient`. */
export class OpenNonInviteClient<F extends Flow> implements OpenClient<F> {
  readonly flow: F
  readonly transaction: ClientTransaction
  readonly #parts: ClientParts<F>
  readonly #run: Machine<NonInviteClientState, NonInviteClientEvent, NonInviteClientAction, SipResponse>
  #intervalMs = t1Ms

  constructor(parts: ClientParts<F>) {
    const { flow, request, timers, onEnd } = parts
    const run = new Machine({
      table: nonInviteClient,
      initial: 'trying',
      timers,
      perform: (action: NonInviteClientAction, response: SipResponse | undefined) =>
        this.#perform(action, response),
      onEnd,
    })
    this.flow = flow
    this.#parts = parts
    this.#run = run
    this.transaction = {
      request,
      get state() {
        return run.state
      },
      cancel() {}, // RFC 3261 §9.1: only an INVITE is cancelled
    }
  }

  begin(): void {
    this.#run.start('timerF', timeoutMs)
    if (!this.flow.reliable) this.#run.start('timerE', this.#intervalMs)
    this.#transmit()
  }

  receive(response: SipResponse): void {
    this.#run.fire(responseClass(response), response)
  }

  transportFailed(): void {
    this.#run.fire('transportError')
  }

  keepAck(_ack: SipRequest, _flow: F): void {
    // Only a 2xx to an INVITE has an ACK.
  }

  close(): void {
    this.#run.close()
  }

  #transmit(): void {
    try {
      this.#parts.send(this.flow, this.#parts.request)
    } catch {
      this.#run.start('transportError', 1) // later, so that the caller of `request` first has its transaction
    }
  }

  #passUp(response: SipResponse): void {
    const { handlers } = this.#parts
    if (responseClass(response) === 'provisional') handlers.onProvisional?.(response)
    else handlers.onFinal(response)
  }

  #perform(action: NonInviteClientAction, response: SipResponse | undefined): void {
    const { handlers } = this.#parts
    switch (action) {
      case 'resend':
        return this.#transmit()
      case 'doubleTimerE':
        this.#intervalMs = Math.min(this.#intervalMs * 2, t2Ms)
        return this.#run.start('timerE', this.#intervalMs)
      case 'slowTimerE':
        return this.#run.start('timerE', t2Ms)
      case 'passUp':
        return response === undefined ? undefined : this.#passUp(response)
      case 'startTimerK':
        return this.#run.start('timerK', this.flow.reliable ? 0 : t4Ms)
      case 'reportTimeout':
        return handlers.onTimeout()
      case 'reportTransport':
        return handlers.onTransportError()
    }
  }
}
