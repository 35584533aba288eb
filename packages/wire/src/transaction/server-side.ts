import { createResponse, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'
import { ackKey, cancels, mergeKey, serverKey, tagIn } from './matching.ts'
import { OpenInviteServer } from './open-invite-server.ts'
import { OpenNonInviteServer } from './open-non-invite-server.ts'
import type { OpenServer } from './server-transaction.ts'
import type { Flow, TransactionDeps } from './types.ts'

/** Puts a value under a key and returns how to take it away, which spares a later owner of the same key. */
function claim<T>(map: Map<string, T>, key: string, value: T): () => void {
  map.set(key, value)
  return () => {
    if (map.get(key) === value) map.delete(key)
  }
}

/** RFC 7332 §4: a call that we would pass on ends here. Within a dialog, and for OPTIONS, we are the target. */
function isOutOfHops(request: SipRequest): boolean {
  const hops = request.headers.get('Max-Forwards') ?? ''
  return request.method === 'INVITE' && tagIn(request, 'To') === '' && /^0+$/.test(hops)
}

/** The server transactions, by each of the ways a message finds one. */
export class ServerSide<F extends Flow> {
  readonly #deps: TransactionDeps<F>
  readonly #open = new Map<string, OpenServer<F>>()
  readonly #merging = new Map<string, OpenServer<F>>()
  readonly #answered = new Map<string, OpenServer<F>>()
  #refused = 0

  constructor(deps: TransactionDeps<F>) {
    this.#deps = deps
  }

  get size(): number {
    return this.#open.size
  }

  get refused(): number {
    return this.#refused
  }

  receive(flow: F, request: SipRequest): void {
    const key = serverKey(request)
    if (key === undefined) return
    if (request.method === 'ACK') return this.#takeAck(flow, request, key)
    const known = this.#open.get(key)
    if (known !== undefined) return known.retransmission()
    if (this.#open.size >= this.#deps.limit) return this.#refuseStateless(flow, request)
    this.#takeNew(flow, request, key)
  }

  transportFailed(flow: F): void {
    for (const server of this.#all()) if (server.transaction.flow.id === flow.id) server.transportFailed()
  }

  close(): void {
    for (const server of this.#all()) server.close()
  }

  /** A copy: a transaction that ends leaves the map. */
  #all(): OpenServer<F>[] {
    return [...this.#open.values()]
  }

  #freshTag(): string {
    return this.#deps.branch().replace(/^z9hG4bK/, '')
  }

  #refuseStateless(flow: F, request: SipRequest): void {
    this.#refused += 1
    const headers = [['Retry-After', '5']] as const
    try {
      this.#deps.send(flow, createResponse(request, 503, undefined, { toTag: this.#freshTag(), headers }))
    } catch {
      // A transport that fails fails for its transactions by `transportFailed`; this request has none.
    }
  }

  #takeAck(flow: F, ack: SipRequest, key: string): void {
    const server = this.#open.get(key) ?? this.#answered.get(ackKey(ack))
    const passUp = (): void => this.#deps.onAck(ack, flow)
    if (server === undefined) passUp()
    else server.ack(passUp)
  }

  #takeNew(flow: F, request: SipRequest, key: string): void {
    if (request.method === 'CANCEL') return this.#takeCancel(this.#openServer(flow, request, key))
    const merged = mergeKey(request)
    if (merged !== undefined && this.#merging.has(merged)) {
      return this.#respond(this.#openServer(flow, request, key), 482)
    }
    const server = this.#openServer(flow, request, key, merged)
    if (isOutOfHops(request)) return this.#respond(server, 483)
    server.begin()
    this.#deps.onRequest(server.transaction)
  }

  #takeCancel(server: OpenServer<F>): void {
    const cancel = server.transaction.request
    const invite = this.#open.get(serverKey(cancel, 'INVITE') ?? '')
    if (invite === undefined || !cancels(cancel, invite.transaction.request))
      return this.#respond(server, 481)
    this.#respond(server, 200, invite.toTag)
    invite.cancelled(cancel)
  }

  #respond(server: OpenServer<F>, status: number, toTag: string = this.#freshTag()): void {
    server.transaction.respond(createResponse(server.transaction.request, status, undefined, { toTag }))
  }

  #openServer(flow: F, request: SipRequest, key: string, merged?: string): OpenServer<F> {
    const { timers, send } = this.#deps
    const releases: (() => void)[] = []
    const parts = {
      timers,
      flow,
      request,
      send,
      onSuccess: (response: SipResponse) =>
        void releases.push(claim(this.#answered, ackKey(response), server)),
      onEnd: () => releases.forEach((release) => release()),
    }
    const server = request.method === 'INVITE' ? new OpenInviteServer(parts) : new OpenNonInviteServer(parts)
    releases.push(claim(this.#open, key, server))
    if (merged !== undefined) releases.push(claim(this.#merging, merged, server))
    return server
  }
}
