/** Chance that a seed repeats: the corpus of a seed is the same on every machine. */
export interface Dice {
  /** 0 up to, not with, `n`. */
  below(n: number): number
  chance(share: number): boolean
  pick<T>(of: readonly T[]): T
  /** That many decimal digits; the first is not 0. */
  digits(count: number): string
}

/** SplitMix32: a few lines, and good enough to pick words with. */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    below,
    chance: (share) => next() < share,
    pick: (of) => {
      const picked = of[below(of.length)]
      if (picked === undefined) throw new RangeError('nothing to pick from')
      return picked
    },
    digits: (count) =>
      Array.from({ length: count }, (_, at) => String(at === 0 ? 1 + below(9) : below(10))).join(''),
  }
}
