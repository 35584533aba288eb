/** Repeatable randomness: the same seed gives the same run. */
export interface Chance {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number
  oneIn(times: number): boolean
  /** Undefined when there is nothing to pick from. */
  pick<T>(from: readonly T[]): T | undefined
}

/** xorshift32 (Marsaglia 2003): good enough to choose mutations with, and nothing else. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0 || 1
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>>= 0)
  }
  const below = (limit: number) => next() % limit
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (from) => from[below(Math.max(1, from.length))],
  }
}
