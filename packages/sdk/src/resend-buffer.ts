import type { WireMessage } from './stream-wire.ts'

/** What was sent last, to be sent again over another socket; each message has the number of its place, from 1. */
export interface ResendBuffer {
  add(message: WireMessage): void
  /** What came after this number, as far as it is kept. */
  after(seq: number): readonly WireMessage[]
}

/** Keeps the last `maxBytes`, text counted by its characters; the oldest go. */
export function resendBuffer(maxBytes: number): ResendBuffer {
  const kept: WireMessage[] = []
  let bytes = 0
  let first = 1
  return {
    add(message) {
      kept.push(message)
      bytes += message.length
      while (bytes > maxBytes && kept.length > 1) {
        bytes -= kept.shift()?.length ?? 0
        first += 1
      }
    },
    after: (seq) => kept.slice(Math.max(0, seq + 1 - first)),
  }
}
