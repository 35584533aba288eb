import type { Clock } from '#kernel'
import type { EntryProgress } from './collect-entry.ts'

/** Told to the app while something is collected: of keys only how many there are. */
export interface CollectProgress {
  tell(field: string, progress: EntryProgress): void
  /** Nothing more is told. */
  close(): void
}

/** Keys are told this often at most, and then the latest only: each event is sealed and kept until the app has it. */
const keysEachMs = 500

/** Bounds how much is told: everything but keys is bounded by the attempts already. */
export function collectProgress(
  clock: Clock,
  send: (told: { readonly name: string } & EntryProgress) => void,
): CollectProgress {
  let waiting: Parameters<typeof send>[0] | undefined
  let lastMs = -keysEachMs
  let cancel = () => {}
  const sendNow = (told: Parameters<typeof send>[0]) => {
    cancel()
    waiting = undefined
    lastMs = clock.monotonicMs()
    send(told)
  }
  return {
    tell(name, progress) {
      const told = { name, ...progress }
      const restMs = lastMs + keysEachMs - clock.monotonicMs()
      if (progress.step !== 'keys' || restMs <= 0) return sendNow(told)
      if (waiting === undefined) cancel = clock.set(restMs, () => waiting && sendNow(waiting))
      waiting = told
    },
    close() {
      cancel()
      waiting = undefined
    },
  }
}
