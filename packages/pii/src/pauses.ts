import type { Reading } from './numerals.ts'

/** How many tokens a pause that is said in several words has: `let me see`. */
export function pauseAt(reading: Reading, at: number): number {
  const pauses = reading.entries[at]?.pauses
  if (pauses === undefined) return 0
  const { tokens } = reading.scan
  const found = pauses.find((rest) => rest.every((word, next) => tokens[at + 1 + next]?.plain === word))
  return found === undefined ? 0 : found.length + 1
}

/** Over fillers, corrections and words that may be digits: the token at which it shows. */
export function afterPauses(reading: Reading, from: number): number {
  let at = from
  while (at < from + 4) {
    const entry = reading.entries[at]
    const pause = pauseAt(reading, at)
    if (pause > 0) at += pause
    else if (reading.scan.tokens[at]?.plain === 'i' && reading.entries[at + 1]?.link === 'correction') at += 2
    else if (entry?.noise !== undefined || entry?.link === 'filler' || entry?.link === 'correction') at += 1
    else break
  }
  return at
}

/** Over fillers alone. */
export function afterFillers(reading: Reading, from: number): number {
  let at = from
  while (at < from + 4) {
    const pause = pauseAt(reading, at)
    if (pause === 0 && reading.entries[at]?.link !== 'filler') break
    at += Math.max(1, pause)
  }
  return at
}

/** The spoken `plus` before a number, with fillers between or none; `at` itself where there is none. */
export function plusBefore(reading: Reading, at: number): number {
  for (let before = at - 1; before >= 0 && before > at - 5; before -= 1)
    if (reading.entries[before]?.link === 'plus' && afterFillers(reading, before + 1) === at) return before
  return at
}
