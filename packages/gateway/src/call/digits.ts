import type { Clock } from '#kernel'

export interface GatherOptions {
  readonly numDigits: number | undefined
  /** The key that ends the input and is not part of it; empty for none. */
  readonly finishOnKey: string
  /** How long to wait for the first or the next key, from the last key or from `waitNow`. */
  readonly timeoutMs: number
}

export interface Gathering {
  /** Takes one key; the first one ends the prompt. */
  key(digit: string): void
  /** Starts (or restarts) the wait: the prompt is over. */
  waitNow(): void
  readonly result: Promise<{
    readonly digits: string
    readonly why: 'complete' | 'finish-key' | 'timeout' | 'aborted'
  }>
}

/** Collects keys until enough came, the finish key was pressed, or nothing came for `timeoutMs`. */
export function gatherDigits(clock: Clock, o: GatherOptions, signal: AbortSignal): Gathering {
  let digits = ''
  let cancel = () => {}
  const { promise, resolve } = Promise.withResolvers<Awaited<Gathering['result']>>()
  const finish = (why: Awaited<Gathering['result']>['why']) => {
    cancel()
    resolve({ digits, why })
  }
  const waitNow = () => {
    cancel()
    cancel = clock.set(o.timeoutMs, () => finish('timeout'))
  }
  if (signal.aborted) finish('aborted')
  signal.addEventListener('abort', () => finish('aborted'), { once: true })
  return {
    key(digit) {
      if (digit === o.finishOnKey) return finish('finish-key')
      digits += digit
      if (digits.length === (o.numDigits ?? maxDigits)) return finish('complete')
      waitNow()
    },
    waitNow,
    result: promise,
  }
}

const maxDigits = 64
