import type { SoftphoneClock } from './clock.ts'

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function wait(clock: SoftphoneClock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const stop = () => {
      cancel()
      reject(signal?.reason as Error)
    }
    const cancel = clock.set(delayMs, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** Resolves with `done` or after `limitMs`, whichever comes first, and leaves no timer behind. */
export async function atMost(
  clock: SoftphoneClock,
  limitMs: number,
  done: Promise<unknown>,
  signal?: AbortSignal,
): Promise<void> {
  const settled = new AbortController()
  const either = signal === undefined ? settled.signal : AbortSignal.any([settled.signal, signal])
  try {
    await Promise.race([done, wait(clock, limitMs, either)])
  } finally {
    settled.abort()
  }
}
