/** What a piece of work took. */
export interface Taken {
  readonly seconds: number
  /** CPU time of the whole process, all its threads; what other programs take from the machine is not in it. */
  readonly cpuSeconds: number
}

export async function measured<T>(work: () => Promise<T>): Promise<Taken & { readonly result: T }> {
  const begun = process.cpuUsage()
  const beganMs = performance.now()
  const result = await work()
  const seconds = (performance.now() - beganMs) / 1_000
  const { user, system } = process.cpuUsage(begun)
  return { seconds, cpuSeconds: (user + system) / 1e6, result }
}

export function percentiles(times: readonly number[]): { readonly p50Ms: number; readonly p99Ms: number } {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}
