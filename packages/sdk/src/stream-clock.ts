/** Time, as an argument: tests bring their own. */
export interface StreamClock {
  nowMs(): number
  /** Calls `then` after so long, unless the result is called before. */
  after(ms: number, then: () => void): () => void
}

export const systemStreamClock: StreamClock = {
  nowMs: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}
