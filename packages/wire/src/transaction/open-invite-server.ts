import { createResponse, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'
import {
  inviteServer,
  type InviteServerAction,
  type InviteServerEvent,
  type InviteServerState,
} from './invite-server.ts'
import { latch } from './latch.ts'
import { Machine } from './machine.ts'
import { tagIn } from './matching.ts'
import { userView, type OpenServer, type ServerParts } from './server-transaction.ts'
import { t1Ms, t2Ms, t4Ms, timeoutMs, tryingMs } from './timer-values.ts'
import type { Flow, ServerEnd, ServerTransaction } from './types.ts'

/** What comes with an event: the response to send, or how to pass up the ACK. */
type Message = SipResponse | (() => void)

/** Performs the actions of `inviteServer`. */
export class OpenInviteServer<F extends Flow> implements OpenServer<F> {
  readonly transaction: ServerTransaction<F>
  readonly #parts: ServerParts<F>
  readonly #run: Machine<InviteServerState, InviteServerEvent, InviteServerAction, Message>
  readonly #cancel = latch<SipRequest>()
  readonly #end = latch<ServerEnd>()
  #last: SipResponse | undefined
  #intervalMs = t1Ms

  constructor(parts: ServerParts<F>) {
    this.#parts = parts
    this.#run = new Machine({
      table: inviteServer,
      initial: 'proceeding',
      timers: parts.timers,
      perform: (action: InviteServerAction, message: Message | undefined) => this.#perform(action, message),
      onEnd: parts.onEnd,
    })
    this.transaction = userView({ parts, run: this.#run, cancel: this.#cancel, end: this.#end })
  }

  get toTag(): string | undefined {
    return this.#last === undefined ? undefined : tagIn(this.#last, 'To') || undefined
  }

  begin(): void {
    this.#run.start('timerTrying', tryingMs)
  }

  retransmission(): void {
    this.#run.fire('retransmission')
  }

  ack(passUp: () => void): void {
    this.#run.fire('ack', passUp)
  }

  cancelled(cancel: SipRequest): void {
    if (this.#run.state === 'proceeding') this.#cancel.put(cancel)
  }

  transportFailed(): void {
    this.#run.fire('transportError')
  }

  close(): void {
    this.#run.close()
  }

  #transmit(): void {
    try {
      if (this.#last !== undefined) this.#parts.send(this.#parts.flow, this.#last)
    } catch {
      this.#run.fire('transportError')
    }
  }

  #send(response: SipResponse): void {
    this.#last = response
    if (response.status >= 200 && response.status < 300) this.#parts.onSuccess(response)
    this.#transmit()
  }

  #slower(event: 'timerG' | 'timerSuccess'): void {
    this.#intervalMs = Math.min(this.#intervalMs * 2, t2Ms)
    this.#run.start(event, this.#intervalMs)
  }

  #perform(action: InviteServerAction, message: Message | undefined): void {
    const { flow, request } = this.#parts
    switch (action) {
      case 'send':
        return typeof message === 'object' ? this.#send(message) : undefined
      case 'sendTrying':
        return this.#last === undefined ? this.#send(createResponse(request, 100)) : undefined
      case 'resend':
        return this.#transmit()
      case 'startTimerG':
        return flow.reliable ? undefined : this.#run.start('timerG', this.#intervalMs)
      case 'startTimerSuccess':
        return this.#run.start('timerSuccess', this.#intervalMs)
      case 'doubleTimerG':
        return this.#slower('timerG')
      case 'doubleTimerSuccess':
        return this.#slower('timerSuccess')
      case 'startTimerH':
        return this.#run.start('timerH', timeoutMs)
      case 'startTimerI':
        return this.#run.start('timerI', flow.reliable ? 0 : t4Ms)
      case 'startTimerL':
        return this.#run.start('timerL', timeoutMs)
      case 'passAck':
        return typeof message === 'function' ? message() : undefined
      case 'reportOk':
        return this.#end.put('ok')
      case 'reportTimeout':
        return this.#end.put('timeout')
      case 'reportTransport':
        return this.#end.put('transport')
    }
  }
}
