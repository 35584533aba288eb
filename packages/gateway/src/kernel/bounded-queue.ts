export interface BoundedQueue<T> {
  readonly length: number
  /** How many items the bound cost so far. */
  readonly dropped: number
  /** Adds an item; `dropOldest` makes room, `refuse` returns false and keeps what is there. */
  push(item: T): boolean
  shift(): T | undefined
  clear(): T[]
}

/** A queue that cannot grow past `limit`; `overflow` says who pays. */
export function boundedQueue<T>(options: {
  limit: number
  overflow: 'dropOldest' | 'refuse'
}): BoundedQueue<T> {
  let items: T[] = []
  let dropped = 0
  return {
    get length() {
      return items.length
    },
    get dropped() {
      return dropped
    },
    push(item) {
      if (items.length >= options.limit) {
        dropped += 1
        if (options.overflow === 'refuse') return false
        items.shift()
      }
      items.push(item)
      return true
    },
    shift: () => items.shift(),
    clear() {
      const all = items
      items = []
      return all
    },
  }
}
