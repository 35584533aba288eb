import type { SipRequest, SipResponse } from '@voxkeep/wire/sip'
import { latch } from './latch.ts'
import { Machine } from './machine.ts'
import { tagIn } from './matching.ts'
import {
  nonInviteServer,
  type NonInviteServerAction,
  type NonInviteServerEvent,
  type NonInviteServerState,
} from './non-invite-server.ts'
import { userView, type OpenServer, type ServerParts } from './server-transaction.ts'
import { timeoutMs } from './timer-values.ts'
import type { Flow, ServerEnd, ServerTransaction } from './types.ts'

/** Performs the actions of `nonInviteServer`. */
export class OpenNonInviteServer<F extends Flow> implements OpenServer<F> {
  readonly transaction: ServerTransaction<F>
  readonly #parts: ServerParts<F>
  readonly #run: Machine<NonInviteServerState, NonInviteServerEvent, NonInviteServerAction, SipResponse>
  readonly #end = latch<ServerEnd>()
  #last: SipResponse | undefined

  constructor(parts: ServerParts<F>) {
    this.#parts = parts
    this.#run = new Machine({
      table: nonInviteServer,
      initial: 'trying',
      timers: parts.timers,
      perform: (action: NonInviteServerAction, response: SipResponse | undefined) =>
        this.#perform(action, response),
      onEnd: parts.onEnd,
    })
    this.transaction = userView({ parts, run: this.#run, cancel: latch<SipRequest>(), end: this.#end })
  }

  get toTag(): string | undefined {
    return this.#last === undefined ? undefined : tagIn(this.#last, 'To') || undefined
  }

  begin(): void {
    // No timer runs until the user responds.
  }

  retransmission(): void {
    this.#run.fire('retransmission')
  }

  ack(_passUp: () => void): void {
    // Only an INVITE has an ACK.
  }

  cancelled(_cancel: SipRequest): void {
    // RFC 3261 §9.2: a CANCEL has no effect on any request but INVITE.
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

  #perform(action: NonInviteServerAction, response: SipResponse | undefined): void {
    switch (action) {
      case 'send':
        this.#last = response
        return this.#transmit()
      case 'resend':
        return this.#transmit()
      case 'startTimerJ':
        return this.#run.start('timerJ', this.#parts.flow.reliable ? 0 : timeoutMs)
      case 'reportOk':
        return this.#end.put('ok')
      case 'reportTransport':
        return this.#end.put('transport')
    }
  }
}
