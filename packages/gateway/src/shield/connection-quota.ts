export interface ConnectionQuota {
  /**
   * Counts a connection in, or says which limit it would pass. Every `ok` is paid back by one `leave`.
   *
   * @param share - The part of the global limit that this kind of source may fill, so that the rest stays for others.
   */
  enter(source: string, share?: number): 'ok' | 'source' | 'global'
  leave(source: string): void
  readonly open: number
}

/** How many connections may be open, for one source and in sum. Grows only with open connections. */
export function connectionQuota(limits: { perSource: number; global: number }): ConnectionQuota {
  const bySource = new Map<string, number>()
  let open = 0
  return {
    get open() {
      return open
    },
    enter(source, share = 1) {
      const own = bySource.get(source) ?? 0
      if (own >= limits.perSource) return 'source'
      if (open >= limits.global * share) return 'global'
      bySource.set(source, own + 1)
      open += 1
      return 'ok'
    },
    leave(source) {
      const own = bySource.get(source)
      if (own === undefined) return
      open -= 1
      if (own === 1) bySource.delete(source)
      else bySource.set(source, own - 1)
    },
  }
}
