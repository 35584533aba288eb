import type { SipMessage, SipRequest, SipResponse } from '@voxkeep/wire/sip'
import { responseClass, type ClientParts, type OpenClient } from './client-transaction.ts'
import { ackForFailure, cancelFor } from './derived-requests.ts'
import {
  inviteClient,
  type InviteClientAction,
  type InviteClientEvent,
  type InviteClientState,
} from './invite-client.ts'
import { Machine } from './machine.ts'
import { successes } from './successes.ts'
import { t1Ms, timeoutMs, timerDMs } from './timer-values.ts'
import type { ClientTransaction, Flow } from './types.ts'

export interface InviteClientParts<F extends Flow> extends ClientParts<F> {
  /** Opens the CANCEL's own transaction. */
  readonly sendCancel: (flow: F, cancel: SipRequest) => void
}

/** Performs the actions of `inviteClient`. */
export class OpenInviteClient<F extends Flow> implements OpenClient<F> {
  readonly flow: F
  readonly transaction: ClientTransaction
  readonly #parts: InviteClientParts<F>
  readonly #run: Machine<InviteClientState, InviteClientEvent, InviteClientAction, SipResponse>
  readonly #successes = successes<F>()
  #intervalMs = t1Ms
  #cancel: 'no' | 'wanted' | 'sent' = 'no'
  #cancelHeaders: readonly (readonly [string, string])[] = []

  constructor(parts: InviteClientParts<F>) {
    const { flow, request, timers, onEnd } = parts
    const run = new Machine({
      table: inviteClient,
      initial: 'calling',
      timers,
      perform: (action: InviteClientAction, response: SipResponse | undefined) =>
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
      cancel: (headers = []) => this.#wantCancel(headers),
    }
  }

  begin(): void {
    this.#run.start('timerB', timeoutMs)
    if (!this.flow.reliable) this.#run.start('timerA', this.#intervalMs)
    this.#transmit(this.flow, this.#parts.request)
  }

  receive(response: SipResponse): void {
    this.#run.fire(responseClass(response), response)
  }

  transportFailed(): void {
    this.#run.fire('transportError')
  }

  keepAck(ack: SipRequest, flow: F): void {
    this.#successes.keepAck(ack, flow)
  }

  close(): void {
    this.#run.close()
  }

  #transmit(flow: F, message: SipMessage): void {
    try {
      this.#parts.send(flow, message)
    } catch {
      this.#run.start('transportError', 1) // later, so that the caller of `request` first has its transaction
    }
  }

  #wantCancel(headers: readonly (readonly [string, string])[]): void {
    if (this.#cancel === 'no') this.#cancelHeaders = headers
    if (this.#cancel === 'no' && this.#run.state === 'calling') this.#cancel = 'wanted'
    else if (this.#cancel === 'no' && this.#run.state === 'proceeding') this.#sendCancel()
  }

  #sendCancel(): void {
    this.#cancel = 'sent'
    this.#parts.sendCancel(this.flow, cancelFor(this.#parts.request, this.#cancelHeaders))
    this.#run.fire('cancelSent')
  }

  #passUp(response: SipResponse): void {
    const { handlers } = this.#parts
    switch (responseClass(response)) {
      case 'provisional':
        handlers.onProvisional?.(response)
        if (this.#cancel === 'wanted') this.#sendCancel()
        return
      case 'success':
        return this.#passUpSuccess(response)
      case 'failure':
        return handlers.onFinal(response)
    }
  }

  #passUpSuccess(response: SipResponse): void {
    const sent = this.#successes.ackOf(response)
    if (sent !== undefined) this.#transmit(sent.flow, sent.ack)
    else if (this.#successes.isNew(response)) this.#parts.handlers.onFinal(response)
  }

  #perform(action: InviteClientAction, response: SipResponse | undefined): void {
    const { request, handlers } = this.#parts
    switch (action) {
      case 'resend':
        return this.#transmit(this.flow, request)
      case 'doubleTimerA':
        this.#intervalMs *= 2
        return this.#run.start('timerA', this.#intervalMs)
      case 'passUp':
        return response === undefined ? undefined : this.#passUp(response)
      case 'sendAck':
        return response === undefined
          ? undefined
          : this.#transmit(this.flow, ackForFailure(request, response))
      case 'startTimerD':
        return this.#run.start('timerD', this.flow.reliable ? 0 : timerDMs)
      case 'startTimerM':
        return this.#run.start('timerM', timeoutMs)
      case 'startTimerCancel':
        return this.#run.start('timerCancel', timeoutMs)
      case 'reportTimeout':
        return handlers.onTimeout()
      case 'reportTransport':
        return handlers.onTransportError()
    }
  }
}
