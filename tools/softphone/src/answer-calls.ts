import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { dialogId, dialogKey } from '@voxkeep/wire/dialog'
import { createResponse, type SipRequest } from '@voxkeep/wire/sip'
import { transactionLayer, type ServerTransaction, type TransactionLayer } from '@voxkeep/wire/transaction'
import type { AnswerOptions } from './answer-options.ts'
import { takenDialog, TakenCall, type AnsweredCall } from './answered-call.ts'
import { openCallMedia } from './call-media.ts'
import { capabilities } from './capabilities.ts'
import { systemClock, type SoftphoneClock } from './clock.ts'
import { heardAudio } from './heard-audio.ts'
import { allowedMethods } from './outgoing-call.ts'
import { carrySip, type SipConnection } from './sip-connection.ts'
import { freshToken, hostPort } from './sip-names.ts'
import { speechReader } from './speech.ts'

/** A phone that takes calls over TLS, with SRTP. */
export interface AnsweringPhone extends AsyncDisposable {
  readonly port: number
  readonly calls: readonly AnsweredCall[]
  /** The next call that nobody waited for yet; it may not be answered. */
  nextCall(): Promise<AnsweredCall>
}

const openTransactions = 10_000
const maxHeardSamples = 5 * 60 * 8_000
const maxEchoedSamples = 8_000 // a second; whoever is echoed later than that takes it for another

/** Takes calls until it is disposed of, which ends those that are up. Rejects when the port or certificate cannot be used. */
export async function answerCalls(options: AnswerOptions): Promise<AnsweringPhone> {
  const { cert, key, host = '127.0.0.1' } = options
  const phone = new Phone(options)
  const server = createServer({ cert, key }, (socket) => {
    socket.setNoDelay(true)
    phone.carry(carrySip(socket, phone))
  })
  server.on('tlsClientError', () => {}) // whoever does not get a connection notices
  server.listen(options.port, host)
  await once(server, 'listening')
  phone.port = (server.address() as AddressInfo).port
  return {
    port: phone.port,
    calls: phone.calls,
    nextCall: () => phone.nextCall(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      phone.close()
      await closed
    },
  }
}

class Phone {
  port = 0
  readonly calls: TakenCall[] = []
  readonly #options: AnswerOptions
  readonly #clock: SoftphoneClock
  readonly #layer: TransactionLayer<SipConnection>
  readonly #connections = new Set<SipConnection>()
  readonly #byDialog = new Map<string, { readonly call: TakenCall; readonly connection: SipConnection }>()
  readonly #waiting: ((call: AnsweredCall) => void)[] = []
  #seen = 0

  constructor(options: AnswerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#layer = transactionLayer<SipConnection>({
      timers: this.#clock,
      send: (connection, message) => connection.send(message),
      branch: () => `z9hG4bK${freshToken()}`,
      onRequest: (transaction) => this.#request(transaction),
      onAck: (ack) => this.#byDialog.get(dialogId(ack, 'uas'))?.call.acknowledged(),
      onStrayResponse() {},
      limit: openTransactions,
    })
  }

  carry(connection: SipConnection): void {
    this.#connections.add(connection)
  }

  onMessage(from: SipConnection, message: Parameters<TransactionLayer<SipConnection>['receive']>[1]): void {
    this.#layer.receive(from, message)
  }

  onLost(from: SipConnection): void {
    this.#connections.delete(from)
    this.#layer.transportFailed(from)
    for (const { call, connection } of this.#byDialog.values()) if (connection === from) call.connectionLost()
  }

  nextCall(): Promise<AnsweredCall> {
    const call = this.calls[this.#seen]
    this.#seen += 1
    if (call !== undefined) return Promise.resolve(call)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  close(): void {
    for (const { call } of this.#byDialog.values()) call.connectionLost()
    for (const connection of this.#connections) connection.close()
    this.#layer.close()
  }

  #request(transaction: ServerTransaction<SipConnection>): void {
    const { request } = transaction
    const open = this.#byDialog.get(dialogId(request, 'uas'))
    if (open !== undefined) return open.call.receive(transaction)
    if (isInDialog(request)) return transaction.respond(createResponse(request, 481))
    if (request.method === 'INVITE') return void this.#take(transaction)
    const status = request.method === 'OPTIONS' ? 200 : 405
    const headers = [['Allow', allowedMethods] as const]
    transaction.respond(createResponse(request, status, undefined, { toTag: freshToken(), headers }))
  }

  async #take(transaction: ServerTransaction<SipConnection>): Promise<void> {
    const { request, flow } = transaction
    const dialog = takenDialog(request)
    if (dialog === undefined) return transaction.respond(createResponse(request, 400))
    transaction.respond(createResponse(request, 100))
    const call = new TakenCall(transaction, dialog, await this.#depsOf(flow))
    const key = dialogKey(dialog)
    this.#byDialog.set(key, { call, connection: flow })
    void call.whenEnded.then(() => this.#byDialog.delete(key))
    this.calls.push(call)
    this.#waiting.shift()?.(call)
    call.follow(this.#options.decide?.(request) ?? { kind: 'answer' })
  }

  async #depsOf(connection: SipConnection) {
    const { address } = connection.local
    const viaHost = hostPort(address, this.port)
    const heard = heardAudio(maxHeardSamples)
    const { speech = new Int16Array(0) } = this.#options
    const echo = echoed()
    const media = await openCallMedia({
      address,
      clock: this.#clock,
      speech: speechReader(speech === 'echo' ? () => echo.next() : speech),
      onHeard: (samples) => {
        heard.add(samples)
        if (speech === 'echo') echo.add(samples)
      },
    })
    const layer = this.#layer
    return {
      clock: this.#clock,
      caps: capabilities(this.#options),
      address,
      contact: `<sip:softphone@${viaHost};transport=tls>`,
      media,
      heard,
      request: (request: SipRequest, handlers: Parameters<typeof layer.request>[3]) =>
        void layer.request(connection, request, viaHost, handlers),
      sendAck: (request: SipRequest) => layer.sendAck(connection, request, viaHost),
    }
  }
}

/** What was heard and is still to be said. */
function echoed() {
  let waiting: Int16Array[] = []
  let count = 0
  return {
    add(samples: Int16Array) {
      if (count > maxEchoedSamples) [waiting, count] = [[], 0]
      waiting.push(samples.slice())
      count += samples.length
    },
    next(): Int16Array {
      const next = waiting.shift() ?? new Int16Array(0)
      count -= next.length
      return next
    },
  }
}

function isInDialog(request: SipRequest): boolean {
  return /;\s*tag=/i.test(request.headers.get('To') ?? '')
}
