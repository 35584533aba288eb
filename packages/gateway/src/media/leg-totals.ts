import type { LegStats } from './contract.ts'

/** What legs have counted, summed over the life of a worker and told in increments. */
export interface LegTotals {
  /** Keeps the counts of a leg that ends. */
  keep(stats: LegStats): void
  /** What was counted since the last call, by metric name; kinds that saw nothing are left out. */
  increments(running: Iterable<LegStats>): Record<string, number>
}

export function legTotals(): LegTotals {
  const ended = new Map<string, number>()
  let told = new Map<string, number>()
  return {
    keep: (stats) => add(ended, stats),
    increments(running) {
      const sums = new Map(ended)
      for (const stats of running) add(sums, stats)
      const fresh = [...sums]
        .map(([name, value]) => [name, value - (told.get(name) ?? 0)] as const)
        .filter(([, value]) => value > 0)
      told = sums
      return Object.fromEntries(fresh)
    },
  }
}

function add(sums: Map<string, number>, stats: LegStats): void {
  const count = (name: string, value: number) => sums.set(name, (sums.get(name) ?? 0) + value)
  count('packets_in', stats.packetsIn)
  count('packets_out', stats.packetsOut)
  count('packets_lost', stats.lost)
  for (const [reason, value] of Object.entries(stats.dropped)) {
    count(`dropped_${reason.replaceAll('-', '_')}`, value)
  }
}
