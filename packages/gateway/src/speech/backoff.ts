/** How long to wait between attempts: longer after each failure, and never the same for all at once. */
export interface Backoff {
  /** In a row. */
  readonly failures: number
  nextMs(): number
  /** It works. */
  reset(): void
}

const firstMs = 250
const longestMs = 8_000

/** @param chance - 0 to 1; half of the wait depends on it. */
export function backoff(chance: () => number): Backoff {
  let failures = 0
  return {
    get failures() {
      return failures
    },
    nextMs() {
      const fullMs = Math.min(longestMs, firstMs * 2 ** failures)
      failures += 1
      return fullMs / 2 + (fullMs / 2) * chance()
    },
    reset() {
      failures = 0
    },
  }
}
