import type { Clock } from '#kernel'

export interface GatherOptions {
  readonly numDigits: number | undefined
  /** The key that ends the input and is not part of it; empty for none. */
  readonly finishOnKey: string
  /** How long to wait for the first or the next key, from the last key or from `waitNow`. */
  readonly timeoutMs: number
}

export interface Gathering {
  /** Takes one key. */
  key(digit: string): void
  /** Starts (or restarts) the wait: the prompts are over. */
  waitNow(): void
  /** Something else is waited for as well, and is under way: no time-out counts until it came to nothing. */
  hold(isHeld: boolean): void
  readonly result: Promise<Gathered>
}

export interface Gathered {
  readonly digits: string
  readonly why: 'complete' | 'finish-key' | 'timeout' | 'aborted'
}

/** Collects keys until enough came, the finish key was pressed, or nothing came for `timeoutMs`. */
export function gatherDigits(clock: Clock, o: GatherOptions, signal: AbortSignal): Gathering {
  let digits = ''
  let cancel = () => {}
  let isOver = false
  let isWaiting = false
  let isHeld = false
  const { promise, resolve } = Promise.withResolvers<Gathered>()
  const finish = (why: Gathered['why']) => {
    isOver = true
    cancel()
    resolve({ digits, why })
  }
  const waitAnew = () => {
    cancel()
    if (!isWaiting || isHeld || isOver) return
    cancel = clock.set(o.timeoutMs, () => finish('timeout'))
  }
  if (signal.aborted) finish('aborted')
  signal.addEventListener('abort', () => finish('aborted'), { once: true })
  return {
    key(digit) {
      if (isOver) return
      if (digit === o.finishOnKey) return finish('finish-key')
      digits += digit
      if (digits.length === (o.numDigits ?? maxDigits)) return finish('complete')
      waitAnew()
    },
    waitNow() {
      isWaiting = true
      waitAnew()
    },
    hold(held) {
      isHeld = held
      waitAnew()
    },
    result: promise,
  }
}

const maxDigits = 64
