import type { Clock, Random } from '#kernel'
import type { NegotiatedTls, StreamClosed, StreamTarget } from './contract.ts'
import { dial, type DialTarget } from './dial.ts'
import { startLiveness, type Liveness } from './liveness.ts'
import type { TlsContexts } from './tls-contexts.ts'
import type { WebSocket } from './web-socket.ts'

/** A WebSocket to the app that carries text alone, dialled and checked as a stream's. */
export interface TextSocket {
  /** False: it was not sent, since nobody listens (yet, or any more). An app that reads nothing is cut off before much waits for it. */
  send(text: string): boolean
  /** Reads nothing for so long, but for what was read already: the rest waits with the app. */
  hold(ms: number): void
  /** Closes in order; `closed` follows. */
  close(): void
}

export interface TextSocketHandlers {
  opened(tls: NegotiatedTls): void
  /** A text message, however long up to 1 MiB; undefined: a binary one. */
  message(text: string | undefined): void
  /** Exactly once, whatever happens; nothing is called after it. */
  closed(why: StreamClosed): void
}

export type TextTarget = DialTarget & Pick<StreamTarget, 'pingIntervalMs' | 'pongTimeoutMs'>

/** What an app that reads nothing may have waiting for it. */
const maxBufferedBytes = 256 * 1_024
/** How long the app may take to answer our close frame. */
const closeTimeoutMs = 2_000

/** Dials the app; it is never dialled again. */
export function openTextSocket(
  target: TextTarget,
  deps: { readonly clock: Clock; readonly random: Random; readonly contexts: TlsContexts },
  handlers: TextSocketHandlers,
): TextSocket {
  const { clock } = deps
  let socket: WebSocket | undefined
  let liveness: Liveness | undefined
  let cancelClose = () => {}
  let cancelHold = () => {}
  let why: StreamClosed | undefined
  let isOver = false

  function over(cause: StreamClosed): void {
    if (isOver) return
    isOver = true
    liveness?.stop()
    cancelClose()
    cancelHold()
    handlers.closed(why ?? cause)
  }
  const giveUp = dial(target, deps, {
    failed: over,
    opened(opened, tls, early) {
      socket = opened
      liveness = startLiveness({
        clock,
        pingIntervalMs: target.pingIntervalMs,
        pongTimeoutMs: target.pongTimeoutMs,
        ping: () => opened.ping(),
        lost: () => cut('lost'),
      })
      handlers.opened(tls)
      opened.start(
        {
          message(payload, isText) {
            liveness?.heard()
            if (!isOver && why === undefined) handlers.message(isText ? payload.toString('utf8') : undefined)
          },
          drained() {},
          alive: () => liveness?.heard(),
          closed: (how) => over(how === 'closed' ? 'closed-by-app' : how),
        },
        early,
      )
    },
  })
  function cut(cause: StreamClosed): void {
    why ??= cause
    socket?.terminate()
    over(cause)
  }
  return {
    send(text) {
      if (socket === undefined || isOver || why !== undefined) return false
      if (socket.bufferedAmount > maxBufferedBytes) {
        cut('lost')
        return false
      }
      socket.send(text)
      return true
    },
    hold(ms) {
      const held = socket
      if (held === undefined || isOver || why !== undefined) return
      cancelHold()
      held.pause()
      cancelHold = clock.set(ms, () => held.resume())
    },
    close() {
      if (isOver || why !== undefined) return
      why = 'closed-by-gateway'
      cancelHold()
      socket?.resume() // what answers the close frame is to be read
      if (socket === undefined) {
        giveUp()
        return void clock.set(0, () => over('closed-by-gateway'))
      }
      socket.close(1_000)
      cancelClose = clock.set(closeTimeoutMs, () => cut('closed-by-gateway'))
    },
  }
}
