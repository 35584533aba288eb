export interface PortPool {
  /** An even port whose odd neighbour is free too (RFC 3550 §11); `undefined` when none has rested long enough. */
  take(nowMs: number): number | undefined
  /** Gives a port back; it rests before another call may have it. */
  release(port: number, nowMs: number): void
  readonly taken: number
}

interface Resting {
  readonly port: number
  readonly freeAtMs: number
}

/**
 * The RTP ports of one worker. They are handed out in turn, so that each rests as long as it can: late packets
 * of an ended call must not reach the next one.
 */
export function portPool(options: { portMin: number; portMax: number; drainMs: number }): PortPool {
  const waiting: Resting[] = []
  const first = options.portMin + (options.portMin % 2)
  for (let port = first; port + 1 <= options.portMax; port += 2) waiting.push({ port, freeAtMs: -Infinity })
  let taken = 0
  return {
    take(nowMs) {
      // The queue is ordered by the time its ports become free.
      const next = waiting[0]
      if (next === undefined || next.freeAtMs > nowMs) return undefined
      waiting.shift()
      taken += 1
      return next.port
    },
    release(port, nowMs) {
      waiting.push({ port, freeAtMs: nowMs + options.drainMs })
      taken -= 1
    },
    get taken() {
      return taken
    },
  }
}

/** Splits a range between `workers` threads, each part starting on an even port. */
export function partitionPorts(
  range: { portMin: number; portMax: number },
  workers: number,
): { portMin: number; portMax: number }[] {
  const first = range.portMin + (range.portMin % 2)
  const pairs = Math.max(0, Math.floor((range.portMax - first + 1) / 2))
  return Array.from({ length: workers }, (_, i) => {
    const from = Math.floor((pairs * i) / workers)
    const to = Math.floor((pairs * (i + 1)) / workers)
    return { portMin: first + 2 * from, portMax: first + 2 * to - 1 }
  })
}
