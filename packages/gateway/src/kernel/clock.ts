/** Time as an argument. Below `gateway.ts` nobody reads a clock or sets a timer in any other way. */
export interface Clock {
  /** Wall-clock milliseconds since 1970 (for what people and other machines read). */
  now(): number
  /** Milliseconds that never step back (for measuring and pacing). */
  monotonicMs(): number
  /** Runs `fire` once after `delayMs`; the returned function cancels it. */
  set(delayMs: number, fire: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  set(delayMs, fire) {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function wait(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const stop = () => {
      cancel()
      reject(signal?.reason as Error)
    }
    const cancel = clock.set(delayMs, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    signal?.addEventListener('abort', stop, { once: true })
  })
}

export interface FakeClock extends Clock {
  /** Moves time forward and fires, in order, every timer that falls due. */
  advance(ms: number): void
  readonly timers: number
}

/** A clock that moves only when a test says so. */
export function fakeClock(startMs = 1_700_000_000_000): FakeClock {
  const pending = new Map<number, { atMs: number; fire: () => void }>()
  let elapsedMs = 0
  let nextId = 0
  const nextDue = (untilMs: number) => {
    let due: { id: number; atMs: number; fire: () => void } | undefined
    for (const [id, timer] of pending) {
      if (timer.atMs <= untilMs && (due === undefined || timer.atMs < due.atMs)) due = { id, ...timer }
    }
    return due
  }
  return {
    now: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    set(delayMs, fire) {
      const id = nextId++
      pending.set(id, { atMs: elapsedMs + Math.max(0, delayMs), fire })
      return () => void pending.delete(id)
    },
    advance(ms) {
      const untilMs = elapsedMs + ms
      for (let due = nextDue(untilMs); due; due = nextDue(untilMs)) {
        pending.delete(due.id)
        elapsedMs = Math.max(elapsedMs, due.atMs)
        due.fire()
      }
      elapsedMs = untilMs
    },
    get timers() {
      return pending.size
    },
  }
}
