/** A map that forgets the entry that was used longest ago once it holds `limit` entries. */
export interface RecentMap<T> {
  readonly size: number
  /** The value, which becomes the most recently used. */
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
}

export function recentMap<T>(limit: number): RecentMap<T> {
  const entries = new Map<string, T>() // iterates oldest use first
  return {
    get size() {
      return entries.size
    },
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size <= limit) return
      const [oldest] = entries.keys()
      if (oldest !== undefined) entries.delete(oldest)
    },
    delete: (key) => void entries.delete(key),
  }
}
