import { once } from 'node:events'
import { createServer, type Server } from 'node:tls'
import {
  dialogId,
  dialogKey,
  dialogRequest,
  receiveInDialog,
  uasDialog,
  type Dialog,
} from '@voxkeep/wire/dialog'
import { answerOffer } from '@voxkeep/wire/sdp'
import { createResponse, type SipMessage, type SipRequest } from '@voxkeep/wire/sip'
import { transactionLayer, type ServerTransaction, type TransactionLayer } from '@voxkeep/wire/transaction'
import type { SoftphoneClock } from './clock.ts'
import type { LoadCalls } from './load-calls.ts'
import { LoadLeg } from './load-leg.ts'
import { LoadMeter } from './load-meter.ts'
import { loadCapabilities, type LoadAnswer, type LoadOptions } from './load-run.ts'
import { openLoadSocket, type LoadSocket } from './load-sockets.ts'
import { localMedia } from './local-media.ts'
import { allowedMethods } from './outgoing-call.ts'
import { carrySip, type SipConnection } from './sip-connection.ts'
import { freshToken, hostPort } from './sip-names.ts'
import { atMost } from './wait.ts'

interface Taken {
  readonly dialog: Dialog
  readonly connection: SipConnection
  readonly contact: string
  readonly sdp: string
  stop(): void
}

const callsPerSocket = 16
const openTransactions = 10_000
const rampTimeoutMs = 120_000
const encoder = new TextEncoder()

/** The calls of a load run that the gateway places: each is answered at once, and its audio measured. */
export class LoadAnswers implements LoadCalls {
  readonly #options: LoadOptions
  readonly #answer: LoadAnswer
  readonly #clock: SoftphoneClock
  readonly #server: Server
  readonly #sockets: readonly LoadSocket[]
  readonly #meter: LoadMeter
  readonly #layer: TransactionLayer<SipConnection>
  readonly #connections = new Set<SipConnection>()
  readonly #taken = new Map<string, Taken>()
  readonly #pairs: Map<number, LoadLeg> | undefined
  readonly #allUp = Promise.withResolvers<void>()
  #onEmpty: () => void = () => {}
  #count = 0
  #isEnding = false

  private constructor(o: {
    options: LoadOptions
    answer: LoadAnswer
    clock: SoftphoneClock
    server: Server
    sockets: readonly LoadSocket[]
  }) {
    this.#options = o.options
    this.#answer = o.answer
    this.#clock = o.clock
    this.#server = o.server
    this.#sockets = o.sockets
    this.#meter = new LoadMeter(o.options.calls, o.clock)
    this.#pairs = o.answer.bridged === true ? new Map() : undefined
    this.#layer = transactionLayer<SipConnection>({
      timers: o.clock,
      send: (connection, message) => connection.send(message),
      branch: () => `z9hG4bK${freshToken()}`,
      onRequest: (transaction) => this.#request(transaction),
      onAck: () => {},
      onStrayResponse() {},
      limit: openTransactions,
    })
    o.server.on('secureConnection', (socket) => {
      socket.setNoDelay(true)
      this.#connections.add(carrySip(socket, this))
    })
    o.server.on('tlsClientError', () => {}) // whoever does not get a connection notices
  }

  static async open(options: LoadOptions, answer: LoadAnswer, clock: SoftphoneClock): Promise<LoadAnswers> {
    await using stack = new AsyncDisposableStack()
    const { host, calls } = options
    const sockets = await Promise.all(
      Array.from({ length: Math.ceil(calls / callsPerSocket) }, async () =>
        stack.adopt(await openLoadSocket(host, clock), (socket) => socket.close()),
      ),
    )
    const server = createServer({ cert: answer.cert, key: answer.key })
    server.listen(answer.port, host)
    await once(server, 'listening')
    stack.move()
    return new LoadAnswers({ options, answer, clock, server, sockets })
  }

  ramp(signal?: AbortSignal): Promise<void> {
    return atMost(this.#clock, rampTimeoutMs, this.#allUp.promise, signal)
  }

  measure() {
    return this.#meter.measure()
  }
  get measured() {
    return this.#meter.measured
  }
  renew(): void {
    this.#meter.measures.renew()
  }

  /** Ends all calls; resolves when the gateway has taken leave of each. */
  async hangup(): Promise<void> {
    this.#isEnding = true
    const over = Promise.withResolvers<void>()
    this.#onEmpty = over.resolve
    for (const [key, { dialog, connection, contact }] of this.#taken) {
      const done = () => this.#forget(key)
      const bye = dialogRequest(dialog, 'BYE', { contact })
      this.#layer.request(connection, bye, hostPort(connection.local.address, this.#answer.port), {
        onFinal: done,
        onTimeout: done,
        onTransportError: done,
      })
    }
    if (this.#taken.size > 0) await atMost(this.#clock, rampTimeoutMs, over.promise)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    this.#meter.stop()
    this.#layer.close()
    for (const socket of this.#sockets) socket.close()
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const connection of this.#connections) connection.close()
    await closed
  }

  onMessage(from: SipConnection, message: SipMessage): void {
    this.#layer.receive(from, message)
  }

  onLost(from: SipConnection): void {
    this.#connections.delete(from)
    this.#layer.transportFailed(from)
    for (const [key, { connection }] of this.#taken) {
      if (connection !== from) continue
      if (!this.#isEnding) this.#meter.fail('connection-lost')
      this.#forget(key)
    }
  }

  #request(transaction: ServerTransaction<SipConnection>): void {
    const { request, flow } = transaction
    const key = dialogId(request, 'uas')
    const taken = this.#taken.get(key)
    if (taken !== undefined) return this.#inDialog(transaction, key, taken)
    if (request.method === 'INVITE') return this.#take(transaction, flow)
    const status = request.method === 'OPTIONS' ? 200 : request.method === 'BYE' ? 481 : 405
    transaction.respond(createResponse(request, status, undefined, { toTag: freshToken() }))
  }

  #inDialog(transaction: ServerTransaction<SipConnection>, key: string, taken: Taken): void {
    const { request } = transaction
    const { ok } = receiveInDialog(taken.dialog, request)
    if (!ok) return transaction.respond(createResponse(request, 481))
    switch (request.method) {
      case 'BYE':
        transaction.respond(createResponse(request, 200))
        if (!this.#isEnding) this.#meter.fail('remote-hung-up')
        return this.#forget(key)
      case 'INVITE':
      case 'UPDATE':
        return transaction.respond(answerWith(request, taken.contact, taken.sdp))
      default:
        return transaction.respond(createResponse(request, 200))
    }
  }

  #take(transaction: ServerTransaction<SipConnection>, connection: SipConnection): void {
    const { request } = transaction
    const dialog = uasDialog(request, freshToken())
    const socket = this.#sockets[this.#count % this.#sockets.length]
    if (dialog === undefined || socket === undefined) return transaction.respond(createResponse(request, 400))
    const { address } = connection.local
    const { suite = 'AES_CM_128_HMAC_SHA1_80' } = this.#options
    const answer = answerOffer(request.body, loadCapabilities(suite), localMedia(address, socket.port))
    if (!answer.ok) {
      this.#meter.fail(`offer: ${answer.status}`)
      return transaction.respond(createResponse(request, answer.status, undefined, { toTag: freshToken() }))
    }
    const call = (this.#count += 1) & 0xffff
    const { measures } = this.#meter
    const pairs = this.#pairs
    const leg = new LoadLeg({
      call,
      audio: answer.audio,
      measures,
      send: socket.send,
      ...(pairs && { pairs }),
    })
    pairs?.set(call, leg)
    socket.route(answer.audio.remote.port, leg)
    const contact = `<sip:load@${hostPort(address, this.#answer.port)};transport=tls>`
    const stop = this.#meter.speak(leg)
    this.#taken.set(dialogKey(dialog), { dialog, connection, contact, sdp: answer.sdp, stop })
    transaction.respond(answerWith(request, contact, answer.sdp, dialog.localTag))
    if (this.#count >= this.#options.calls) this.#allUp.resolve()
  }

  #forget(key: string): void {
    this.#taken.get(key)?.stop()
    this.#taken.delete(key)
    if (this.#taken.size === 0) this.#onEmpty()
  }
}

function answerWith(request: SipRequest, contact: string, sdp: string, toTag?: string) {
  return createResponse(request, 200, undefined, {
    ...(toTag !== undefined && { toTag }),
    headers: [
      ['Contact', contact],
      ['Allow', allowedMethods],
      ['Content-Type', 'application/sdp'],
    ],
    body: encoder.encode(sdp),
  })
}
