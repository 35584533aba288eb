export type MarkState = 'played' | 'cleared'

/** Marks that were sent and not told of yet, first in, first out: names may repeat. */
export interface PendingMarks {
  wait(name: string): Promise<MarkState>
  /** The gateway said so. Where its wire does not tell `played` from `cleared`, what was pending at a `clear` counts as cleared. */
  told(name: string, state: MarkState | undefined): void
  /** A `clear` was sent. */
  cleared(): void
  /** None will be told of any more. */
  end(): void
}

interface Pending {
  readonly name: string
  readonly resolve: (state: MarkState) => void
  isCleared: boolean
}

export function pendingMarks(): PendingMarks {
  const pending: Pending[] = []
  return {
    wait: (name) => new Promise((resolve) => pending.push({ name, resolve, isCleared: false })),
    told(name, state) {
      const index = pending.findIndex((mark) => mark.name === name)
      const [mark] = index === -1 ? [] : pending.splice(index, 1)
      mark?.resolve(state ?? (mark.isCleared ? 'cleared' : 'played'))
    },
    cleared() {
      for (const mark of pending) mark.isCleared = true
    },
    end() {
      for (const mark of pending.splice(0)) mark.resolve('cleared')
    },
  }
}
