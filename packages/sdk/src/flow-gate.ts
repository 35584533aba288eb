import type { StreamClock } from './stream-clock.ts'

/** Holds back who sends while too much waits to be heard. */
export interface FlowGate {
  /** The gateway says so. */
  told(state: 'ok' | 'high' | 'drained'): void
  isOpen(): boolean
  /** Resolves when more may be sent, or when `signal` is aborted. */
  pass(signal: AbortSignal): Promise<void>
  /** Lets everybody go who waits. */
  open(): void
}

export interface FlowGateOptions {
  readonly clock: StreamClock
  readonly bufferedMs: () => number
  /** Where the wire does not say when it is too much: what may wait at most. */
  readonly maxAheadMs?: number
  /** Whether the socket is behind with what it was given. */
  readonly isBehind: () => boolean
}

const lookAgainMs = 20

export function flowGate({ clock, bufferedMs, maxAheadMs, isBehind }: FlowGateOptions): FlowGate {
  let isHigh = false
  let opened = Promise.withResolvers<void>()
  const open = () => {
    isHigh = false
    opened.resolve()
    opened = Promise.withResolvers()
  }
  /** How long it takes at least until more may be sent. */
  const excessMs = () => {
    const aheadMs = maxAheadMs === undefined ? 0 : bufferedMs() - maxAheadMs
    return aheadMs <= 0 && isBehind() ? lookAgainMs : aheadMs
  }
  const isOpen = () => !isHigh && excessMs() <= 0
  return {
    told(state) {
      if (state === 'high') isHigh = true
      else open()
    },
    open,
    isOpen,
    async pass(signal) {
      while (!signal.aborted && !isOpen()) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const waitMs = excessMs()
        const cancel = waitMs > 0 ? clock.after(waitMs, resolve) : () => {}
        const stop = () => resolve()
        signal.addEventListener('abort', stop)
        await Promise.race([promise, opened.promise])
        signal.removeEventListener('abort', stop) // it outlives this wait by far
        cancel()
      }
    },
  }
}
