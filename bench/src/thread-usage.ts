import { readdir, readFile } from 'node:fs/promises'
import { parseCpuSeconds } from './process-usage.ts'

/** CPU seconds of a process by what its threads do. */
export interface ThreadUsage {
  /** Signalling, calls, API. */
  readonly main: number
  readonly media: number
  readonly database: number
  /** V8's helpers (garbage collection, compilation) and libuv's pool. */
  readonly helpers: number
}

/** What the threads of the gateway are called. */
const names: readonly (readonly [RegExp, keyof ThreadUsage])[] = [
  [/^voxkeep-media/, 'media'],
  [/^voxkeep-db|^WorkerThread/, 'database'],
  [/^(?:node-)?MainThread|^node$/, 'main'],
]

/** Reads `/proc/<pid>/task`; threads that end meanwhile are passed over. */
export async function readThreads(pid: number): Promise<ThreadUsage> {
  const dir = `/proc/${pid}/task`
  const stats = await Promise.all(
    (await readdir(dir)).map((thread) => readFile(`${dir}/${thread}/stat`, 'utf8').catch(() => '')),
  )
  return sumThreads(stats)
}

/** From the threads' `stat` lines, proc(5). */
export function sumThreads(stats: readonly string[]): ThreadUsage {
  const sum = { main: 0, media: 0, database: 0, helpers: 0 }
  for (const stat of stats) {
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const [, kind] = names.find(([pattern]) => pattern.test(name)) ?? [undefined, 'helpers' as const]
    sum[kind] += parseCpuSeconds(stat)
  }
  return sum
}

export function threadsBetween(from: ThreadUsage, to: ThreadUsage): ThreadUsage {
  return {
    main: to.main - from.main,
    media: to.media - from.media,
    database: to.database - from.database,
    helpers: to.helpers - from.helpers,
  }
}
