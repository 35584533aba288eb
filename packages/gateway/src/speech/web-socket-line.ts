import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { WebSocket, type ClientOptions, type RawData } from 'ws'
import type { Clock } from '#kernel'
import type { Line, LineEnd, LineHandlers } from './line.ts'
import { isTrustFailure, type Place, type Reach } from './reach.ts'

export interface WebSocketLineOptions {
  readonly clock: Clock
  readonly reach: Reach
  /** The whole address, the query included. */
  readonly url: string
  /** Asked for each connection: credentials change while we run. Throws when there are none. */
  readonly headers: () => Readonly<Record<string, string>>
  /** For the whole: name, connection, handshake, upgrade. */
  readonly connectTimeoutMs: number
}

/** Far beyond any result; a frame that is longer ends the connection. */
const maxMessageBytes = 1_024 * 1_024

/** A WebSocket to an engine, at the address that was approved and at no other. Follows no redirect, compresses nothing. */
export function webSocketLine(options: WebSocketLineOptions, handlers: LineHandlers): Line {
  const { clock, reach, connectTimeoutMs } = options
  let socket: WebSocket | undefined
  let isOver = false

  function end(why: LineEnd): void {
    if (isOver) return
    leave()
    handlers.closed(why)
  }
  function leave(): void {
    isOver = true
    cancelTimeout()
    socket?.terminate()
  }
  const cancelTimeout = clock.set(connectTimeoutMs, () => end('unreachable'))

  reach.find().then(
    (place) => {
      if (isOver) return
      const opened = open(options, place)
      if (typeof opened === 'string') return end(opened)
      socket = opened
      listen(opened)
    },
    () => end('blocked'),
  )

  function listen(opened: WebSocket): void {
    opened.on('open', () => {
      cancelTimeout()
      if (!isOver) handlers.opened()
    })
    opened.on('unexpected-response', (request, response) => {
      request.destroy()
      end(refusalOf(response.statusCode ?? 0))
    })
    opened.on('error', (error: NodeJS.ErrnoException) => end(failureOf(error, opened.readyState)))
    opened.on('close', () => end('failed'))
    opened.on('message', (data, isBinary) => {
      if (!isOver && !isBinary) handlers.message(textOf(data))
    })
  }

  return {
    send(message) {
      if (!isOver) socket?.send(message)
    },
    get waitingBytes() {
      return socket?.bufferedAmount ?? 0
    },
    endInput() {},
    close: leave,
  }
}

/** Why not, when our own side cannot. */
function open({ reach, url, headers }: WebSocketLineOptions, place: Place): WebSocket | LineEnd {
  let given: Readonly<Record<string, string>>
  try {
    given = headers()
  } catch {
    return 'unauthorised'
  }
  try {
    const secure = place.isSecure ? reach.tls(place) : undefined
    const { address, port, family } = place
    const options: ClientOptions = {
      headers: { ...given },
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      createConnection: () =>
        secure === undefined ? connectPlain({ host: address, port, family }) : connectTls(secure),
    }
    return new WebSocket(url, options)
  } catch {
    return 'untrusted' // authorities that cannot be read: nobody is trusted
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}

/** What the answer to the upgrade means; 429 and 5xx are worth another attempt. */
export function refusalOf(status: number): LineEnd {
  if (status === 401 || status === 402 || status === 403) return 'unauthorised'
  if (status === 408 || status === 429 || status >= 500) return 'failed'
  return status >= 400 ? 'rejected' : 'protocol'
}

function failureOf(error: NodeJS.ErrnoException, state: number): LineEnd {
  if (isTrustFailure(error)) return 'untrusted'
  if (error.code?.startsWith('WS_ERR_') === true || error.code?.startsWith('HPE_') === true) return 'protocol'
  return state === WebSocket.CONNECTING ? 'unreachable' : 'failed'
}
