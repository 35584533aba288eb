import type { TextTarget } from '#stream'
import type { CallDeps } from './deps.ts'

/** For tests: the app's end of a conversation of text. */
export interface FakeText {
  readonly target: TextTarget
  readonly sent: Record<string, unknown>[]
  isClosed: boolean
  /** For how long it was not read from, each time. */
  readonly heldMs: number[]
  open(): void
  /** A string is sent as it is. */
  say(message: object | string): void
  end(why: 'closed-by-app' | 'lost' | 'refused'): void
}

export function fakeTexts(texts: FakeText[]): CallDeps['openText'] {
  return (target, handlers) => {
    let isOver = false
    const over = (why: Parameters<typeof handlers.closed>[0]) => {
      if (isOver) return
      isOver = true
      handlers.closed(why)
    }
    const text: FakeText = {
      target,
      sent: [],
      isClosed: false,
      heldMs: [],
      open: () => handlers.opened({ version: 'TLSv1.3', cipher: 'x', group: 'y', peerCertificate: null }),
      say: (message) => handlers.message(typeof message === 'string' ? message : JSON.stringify(message)),
      end: over,
    }
    texts.push(text)
    return {
      send: (message) => (text.sent.push(JSON.parse(message) as Record<string, unknown>), !isOver),
      hold: (ms) => void text.heldMs.push(ms),
      close() {
        text.isClosed = true
        queueMicrotask(() => over('closed-by-gateway'))
      },
    }
  }
}
