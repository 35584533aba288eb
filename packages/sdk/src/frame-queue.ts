/** What waits for one reader; when it is full the oldest goes, since audio that is late is of no use. */
export interface FrameQueue<T> extends AsyncIterable<T> {
  push(item: T): void
  /** The reader gets what is left, then its loop ends. */
  end(): void
  /** How many were dropped because nobody read them in time. */
  readonly dropped: number
}

/** @throws TypeError (from the iterator) when a second reader comes: each item has one. */
export function frameQueue<T>(limit: number): FrameQueue<T> {
  const waiting: T[] = []
  let dropped = 0
  let ended = false
  let isRead = false
  let wake: (() => void) | undefined
  const awaken = () => {
    wake?.()
    wake = undefined
  }
  async function* read(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const item = waiting.shift()
      if (item !== undefined) yield item
      else if (ended) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return {
    push(item) {
      if (ended) return
      if (waiting.length >= limit) {
        waiting.shift()
        dropped += 1
      }
      waiting.push(item)
      awaken()
    },
    end() {
      ended = true
      awaken()
    },
    get dropped() {
      return dropped
    },
    [Symbol.asyncIterator]() {
      if (isRead) throw new TypeError('the audio of a conversation has one reader')
      isRead = true
      return read()
    },
  }
}
