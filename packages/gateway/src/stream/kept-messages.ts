import type { Outgoing } from './wire.ts'

/** The last messages to an app, under consecutive numbers from 1, for when its connection breaks. */
export interface KeptMessages {
  /** Keeps the message of the next number, and forgets the oldest when there is no room. */
  keep(seq: number, message: Outgoing, atMs: number): void
  /** Those after `seq`, oldest first; `fromMs` is when the first of them was, and `isWhole` says that none is missing. */
  after(seq: number): {
    readonly messages: readonly Outgoing[]
    readonly isWhole: boolean
    readonly fromMs: number | undefined
  }
}

export function keptMessages(limit: number): KeptMessages {
  const ring: { readonly message: Outgoing; readonly atMs: number }[] = []
  let newest = 0
  return {
    keep(seq, message, atMs) {
      newest = seq
      ring[seq % limit] = { message, atMs }
    },
    after(seq) {
      const oldest = Math.max(1, newest - limit + 1)
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
