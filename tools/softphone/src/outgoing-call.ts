import {
  ackFor,
  dialogKey,
  dialogRequest,
  receiveInDialog,
  uacDialog,
  type Dialog,
} from '@voxkeep/wire/dialog'
import { createRequest, createResponse, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'
import type { ClientHandlers, ClientTransaction, ServerTransaction } from '@voxkeep/wire/transaction'
import { authorize, type Credentials } from './authorize.ts'
import type { CallEnd } from './call-end.ts'
import type { SipConnection } from './sip-connection.ts'
import { freshToken } from './sip-names.ts'

export interface CallSetup {
  /** SIP URIs. */
  readonly from: string
  readonly to: string
  /** SDP. */
  readonly offer: string
  readonly credentials?: Credentials
  /** More headers for the INVITE. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
}

export interface CallHandlers {
  onRinging?(status: number): void
  /** The ACK has been sent. */
  onAnswered(answer: Uint8Array): void
  /** A new offer in mid-call: our answer, or a status to refuse it with; then the call goes on as before. */
  onReoffer?(offer: Uint8Array): { ok: true; sdp: string } | { ok: false; status: number }
  /** Exactly once, and last. */
  onEnded(end: CallEnd): void
}

/** What a call needs of its trunk. */
export interface CallDeps {
  readonly contact: string
  request(request: SipRequest, handlers: ClientHandlers): ClientTransaction
  sendAck(request: SipRequest): void
  /** Requests and repeated responses of this dialog go to `call` from now on. */
  track(key: string, call: OutgoingCall): void
  untrack(key: string): void
}

type State = 'calling' | 'cancelling' | 'up' | 'leaving' | 'over'

export const allowedMethods = 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE'
const encoder = new TextEncoder()

/** One call that we place: INVITE to BYE, with a digest challenge in between if need be. */
export class OutgoingCall {
  readonly #deps: CallDeps
  readonly #setup: CallSetup
  readonly #handlers: CallHandlers
  readonly #callId = freshToken()
  readonly #tag = freshToken()
  readonly #acks = new Map<string, SipRequest>()
  #state: State = 'calling'
  #seq = 1
  #isAuthorized = false
  #invite: ClientTransaction | undefined
  #dialog: Dialog | undefined

  constructor(deps: CallDeps, setup: CallSetup, handlers: CallHandlers) {
    this.#deps = deps
    this.#setup = setup
    this.#handlers = handlers
  }

  start(authorization?: readonly [string, string]): void {
    const { to, offer, headers = [] } = this.#setup
    const request = createRequest({
      method: 'INVITE',
      uri: to,
      headers: [
        ['Max-Forwards', '70'],
        ['From', `<${this.#setup.from}>;tag=${this.#tag}`],
        ['To', `<${to}>`],
        ['Call-ID', this.#callId],
        ['CSeq', `${this.#seq} INVITE`],
        ['Contact', this.#deps.contact],
        ['Allow', allowedMethods],
        ['Content-Type', 'application/sdp'],
        ...headers,
        ...(authorization === undefined ? [] : [authorization]),
      ],
      body: encoder.encode(offer),
    })
    this.#invite = this.#deps.request(request, {
      onProvisional: ({ status }) => status > 100 && this.#handlers.onRinging?.(status),
      onFinal: (response) => this.#onFinal(request, response),
      onTimeout: () => this.#end({ why: 'timeout' }),
      onTransportError: () => this.#end({ why: 'connection-lost' }),
    })
  }

  /** Cancels a call that is not answered, ends one that is. */
  hangup(): void {
    if (this.#state === 'calling') {
      this.#state = 'cancelling'
      this.#invite?.cancel()
    }
    if (this.#state !== 'up' || this.#dialog === undefined) return
    this.#state = 'leaving'
    this.#bye(this.#dialog, () => this.#end({ why: 'hung-up' }))
  }

  /** Presses a key by signalling, for peers without RFC 4733: the two bodies in use (both of them older than any RFC). */
  sendInfo(
    digit: string,
    durationMs: number,
    type: 'application/dtmf-relay' | 'application/dtmf' = 'application/dtmf-relay',
  ): void {
    if (this.#state !== 'up' || this.#dialog === undefined) return
    const request = dialogRequest(this.#dialog, 'INFO', {
      contact: this.#deps.contact,
      headers: [['Content-Type', type]],
      body: encoder.encode(
        type === 'application/dtmf' ? `${digit}\r\n` : `Signal=${digit}\r\nDuration=${durationMs}\r\n`,
      ),
    })
    this.#deps.request(request, ignoreOutcome)
  }

  /** A request within the dialog. */
  receive(transaction: ServerTransaction<SipConnection>): void {
    const { request } = transaction
    const dialog = this.#dialog
    const taken =
      dialog === undefined ? { ok: false as const, status: 481 } : receiveInDialog(dialog, request)
    if (!taken.ok) return transaction.respond(createResponse(request, taken.status))
    switch (request.method) {
      case 'BYE':
        transaction.respond(createResponse(request, 200))
        return this.#end({ why: 'remote-hung-up' })
      case 'INVITE':
      case 'UPDATE':
        return transaction.respond(this.#answerOffer(request))
      case 'INFO':
      case 'OPTIONS':
        return transaction.respond(createResponse(request, 200))
      default:
        return transaction.respond(
          createResponse(request, 405, undefined, { headers: [['Allow', allowedMethods]] }),
        )
    }
  }

  /** The peer repeats its 2xx: our ACK was lost (RFC 3261 §13.2.2.4). */
  acknowledgeAgain(key: string): void {
    const ack = this.#acks.get(key)
    if (ack !== undefined) this.#deps.sendAck(ack)
  }

  connectionLost(): void {
    this.#end({ why: 'connection-lost' })
  }

  #onFinal(request: SipRequest, response: SipResponse): void {
    if (response.status < 300) return this.#onSuccess(request, response)
    const challenged = response.status === 401 || response.status === 407
    const authorization =
      challenged && this.#state === 'calling' && !this.#isAuthorized && this.#setup.credentials
        ? authorize(request, response, this.#setup.credentials)
        : undefined
    if (authorization !== undefined) {
      this.#isAuthorized = true
      this.#seq += 1
      return this.start(authorization)
    }
    const { status, reason } = response
    this.#end(this.#state === 'cancelling' ? { why: 'cancelled' } : { why: 'rejected', status, reason })
  }

  #onSuccess(request: SipRequest, response: SipResponse): void {
    const dialog = uacDialog(request, response)
    if (dialog === undefined) return this.#end({ why: 'answer-unusable', reason: 'the 2xx makes no dialog' })
    const key = dialogKey(dialog)
    const ack = ackFor(dialog, this.#seq, { contact: this.#deps.contact })
    this.#acks.set(key, ack)
    this.#deps.track(key, this)
    this.#deps.sendAck(ack)
    if (this.#state === 'calling') {
      this.#state = 'up'
      this.#dialog = dialog
      return this.#handlers.onAnswered(response.body)
    }
    // The 2xx of another fork, or one that crossed our CANCEL: RFC 3261 §13.2.2.4, §9.1.
    const isCancelled = this.#state === 'cancelling'
    this.#bye(dialog, () => isCancelled && this.#end({ why: 'cancelled' }))
  }

  #bye(dialog: Dialog, done: () => void): void {
    const request = dialogRequest(dialog, 'BYE', { contact: this.#deps.contact })
    this.#deps.request(request, { onFinal: done, onTimeout: done, onTransportError: done })
  }

  #answerOffer(request: SipRequest): SipResponse {
    const headers: (readonly [string, string])[] = [['Contact', this.#deps.contact]]
    if (request.body.length === 0 && request.method === 'UPDATE') {
      return createResponse(request, 200, undefined, { headers })
    }
    const answer = this.#handlers.onReoffer?.(request.body) ?? { ok: false as const, status: 488 }
    if (!answer.ok) return createResponse(request, answer.status)
    headers.push(['Content-Type', 'application/sdp'])
    return createResponse(request, 200, undefined, { headers, body: encoder.encode(answer.sdp) })
  }

  #end(end: CallEnd): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    for (const key of this.#acks.keys()) this.#deps.untrack(key)
    this.#handlers.onEnded(end)
  }
}

const ignoreOutcome: ClientHandlers = { onFinal() {}, onTimeout() {}, onTransportError() {} }
