export interface ReplayWindow {
  /** Whether a packet with this index is new, was accepted before, or lies before the window. */
  status(index: number): 'new' | 'replay' | 'old'
  /** Call only for an index that is `new` and whose packet authenticated: RFC 3711 §3.3.2. */
  accept(index: number): void
}

/**
 * Remembers which of the last `size` packet indices were accepted: RFC 3711 §3.3.2.
 *
 * @param size - Packets, at least the RFC's 64.
 * @param floor - Indices up to this one count as old from the start.
 */
export function replayWindow(size: number, floor = -1): ReplayWindow {
  const bits = new Uint8Array(size)
  let highest = -1
  return {
    status(index) {
      if (index > highest && index > floor) return 'new'
      if (index <= highest - size || index <= floor) return 'old'
      return bits[index % size] === 1 ? 'replay' : 'new'
    },
    accept(index) {
      if (index > highest) {
        if (index - highest >= size) bits.fill(0)
        else for (let skipped = highest + 1; skipped < index; skipped += 1) bits[skipped % size] = 0
        highest = index
      }
      bits[index % size] = 1
    },
  }
}
