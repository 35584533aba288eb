import type { Clock } from '#kernel'

/** Keeps what was loaded from elsewhere, and for a little while that it could not be. */
export interface RemoteCache<T> extends Disposable {
  /** The value, loaded once however many ask; undefined when it cannot be had, or `signal` is done waiting. Never rejects. */
  get(key: string, signal: AbortSignal): Promise<T | undefined>
}

export interface RemoteCacheOptions<T> {
  readonly clock: Clock
  /** Rejects when the value cannot be had. The signal ends it when the cache is disposed of. */
  readonly load: (key: string, signal: AbortSignal) => Promise<{ readonly value: T; readonly keepMs: number }>
  readonly maxEntries: number
  /** More at once are refused: whoever chooses the keys must not choose how much we load. */
  readonly maxLoading: number
  readonly keepFailureMs: number
}

interface Entry<T> {
  readonly value: T | undefined
  readonly untilMs: number
}

export function remoteCache<T>(options: RemoteCacheOptions<T>): RemoteCache<T> {
  const { clock } = options
  const kept = new Map<string, Entry<T>>() // iterates oldest first
  const loading = new Map<string, Promise<T | undefined>>()
  const over = new AbortController()
  const keep = (key: string, value: T | undefined, keepMs: number) => {
    kept.delete(key)
    if (keepMs <= 0) return
    kept.set(key, { value, untilMs: clock.monotonicMs() + keepMs })
    const [oldest] = kept.keys()
    if (kept.size > options.maxEntries && oldest !== undefined) kept.delete(oldest)
  }
  const load = async (key: string) => {
    try {
      const { value, keepMs } = await options.load(key, over.signal)
      keep(key, value, keepMs)
      return value
    } catch {
      keep(key, undefined, options.keepFailureMs)
      return undefined
    } finally {
      loading.delete(key)
    }
  }
  const start = (key: string) => {
    if (loading.size >= options.maxLoading || over.signal.aborted) return undefined
    const started = Promise.resolve().then(() => load(key))
    loading.set(key, started)
    return started
  }
  return {
    async get(key, signal) {
      const entry = kept.get(key)
      if (entry && entry.untilMs > clock.monotonicMs()) return entry.value
      return untilAborted(loading.get(key) ?? start(key), signal)
    },
    [Symbol.dispose]: () => over.abort(),
  }
}

/** Leaves the promise to itself, for others may wait for it too. */
async function untilAborted<T>(
  promise: Promise<T | undefined> | undefined,
  signal: AbortSignal,
): Promise<T | undefined> {
  if (promise === undefined || signal.aborted) return undefined
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>()
  const stop = () => resolve(undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
