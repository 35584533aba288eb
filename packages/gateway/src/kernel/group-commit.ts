export interface GroupCommit<T> {
  /** Items that wait or are being written. */
  readonly pending: number
  /** Resolves when the item is written; rejects with what `write` threw for its batch, or at once when the queue is full. */
  add(item: T): Promise<void>
  /** Resolves when everything added so far is settled. Never rejects. */
  settled(): Promise<void>
}

interface Waiting<T> {
  readonly item: T
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes items in order, one batch at a time: what arrives while a batch is under way makes the next, so a slow disk
 * makes batches larger instead of queues longer.
 *
 * @param options.overflow - Makes the error for an item that finds `maxQueued` others waiting.
 * @param options.blamesItem - Whether an error says that nothing of the batch was written, because of what one item holds: then
 *   each is written alone, so that one which cannot be takes no other with it.
 */
export function groupCommit<T>(
  write: (items: readonly T[]) => Promise<void>,
  options: {
    readonly maxBatch: number
    readonly maxQueued: number
    readonly overflow: () => Error
    readonly blamesItem?: (error: unknown) => boolean
  },
): GroupCommit<T> {
  let queue: Waiting<T>[] = []
  let writing = 0
  let running: Promise<void> | undefined
  const writeAlone = async ({ item, resolve, reject }: Waiting<T>) => {
    try {
      await write([item])
      resolve()
    } catch (error) {
      reject(error)
    }
  }
  const run = async () => {
    while (queue.length > 0) {
      const batch = queue.slice(0, options.maxBatch)
      queue = queue.slice(options.maxBatch)
      writing = batch.length
      try {
        await write(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        if (batch.length > 1 && options.blamesItem?.(error) === true)
          for (const one of batch) await writeAlone(one)
        else for (const { reject } of batch) reject(error)
      }
      writing = 0
    }
    running = undefined
  }
  return {
    get pending() {
      return queue.length + writing
    },
    add: (item) =>
      new Promise((resolve, reject) => {
        if (queue.length >= options.maxQueued) return reject(options.overflow())
        queue.push({ item, resolve, reject })
        // A tick's worth of items makes one batch.
        running ??= Promise.resolve().then(run)
      }),
    async settled() {
      await running
    },
  }
}
