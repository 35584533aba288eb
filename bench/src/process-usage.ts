import { readFile } from 'node:fs/promises'

/** What a process has used so far. */
export interface ProcessUsage {
  /** User and system time of all its threads. */
  readonly cpuSeconds: number
  readonly rssMb: number
}

const ticksPerSecond = 100 // USER_HZ, the same on every Linux that Node runs on

/** Reads `/proc/<pid>`; rejects when there is no such process. */
export async function readUsage(pid: number): Promise<ProcessUsage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ])
  return { cpuSeconds: parseCpuSeconds(stat), rssMb: parseRssMb(status) }
}

/** From `/proc/<pid>/stat`: proc(5) fields 14 and 15, counted after the name, which may hold spaces and parentheses. */
export function parseCpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond
}

/** From `/proc/<pid>/status`. */
export function parseRssMb(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024
}
