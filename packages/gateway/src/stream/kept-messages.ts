import type { Outgoing } from './wire.ts'

/** The last messages to an app, under consecutive numbers from 1, for when its connection breaks. */
export interface KeptMessages {
  /** Keeps the message of the next number, and forgets the oldest while there is no room. */
  keep(seq: number, message: Outgoing, atMs: number): void
  /** Those after `seq`, oldest first; `fromMs` is when the first of them was, and `isWhole` says that none is missing. */
  after(seq: number): {
    readonly messages: readonly Outgoing[]
    readonly isWhole: boolean
    readonly fromMs: number | undefined
  }
}

/** As many as `limit`, and as heavy as `maxBytes` together, text by its characters; the newest is there in any case. */
export function keptMessages(limit: number, maxBytes: number): KeptMessages {
  const ring: ({ readonly message: Outgoing; readonly atMs: number } | undefined)[] = []
  let [oldest, newest, bytes] = [1, 0, 0]
  const isTooMuch = () => oldest < newest && (newest - oldest >= limit || bytes > maxBytes)
  const forget = () => {
    bytes -= ring[oldest % limit]?.message.length ?? 0
    ring[oldest % limit] = undefined
    oldest += 1
  }
  return {
    keep(seq, message, atMs) {
      newest = seq
      bytes += message.length
      while (isTooMuch()) forget()
      ring[seq % limit] = { message, atMs }
    },
    after(seq) {
      const first = Math.max(oldest, seq + 1)
      const kept = Array.from(
        { length: Math.max(0, newest - first + 1) },
        (_, i) => ring[(first + i) % limit],
      )
      const there = kept.filter((each) => each !== undefined)
      return {
        messages: there.map(({ message }) => message),
        isWhole: seq + 1 >= oldest,
        fromMs: there[0]?.atMs,
      }
    },
  }
}
