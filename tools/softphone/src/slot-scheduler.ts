import type { SoftphoneClock } from './clock.ts'
import { histogram, type Histogram } from './histogram.ts'

/** Ticks many calls once a frame from one timer, spread over the frame in slots of a millisecond. */
export interface SlotScheduler {
  /** Ticks `leg` every frame, in the emptiest slot; the returned function stops it. */
  add(leg: TickedLeg): () => void
  /** How late the slots ran: what this process itself adds to every measurement. */
  readonly lag: Histogram
  stop(): void
}

export interface TickedLeg {
  /** `frame` counts frame times since the scheduler began, those left out included. */
  tick(nowMs: number, frame: number): void
}

const slotMs = 1
const maxLagMs = 1_000

export function slotScheduler(clock: SoftphoneClock, frameMs: number): SlotScheduler {
  const slots = Array.from({ length: frameMs / slotMs }, () => new Set<TickedLeg>())
  const lag = histogram(0.1, maxLagMs)
  let [slot, dueMs, frame] = [0, clock.monotonicMs(), 0]
  let cancel: (() => void) | undefined

  const run = (): void => {
    const nowMs = clock.monotonicMs()
    // A phone that stalled does not send what it missed in a burst: the echo of one would stay queued, and be
    // measured as the gateway's delay, until the call ends.
    for (; nowMs - dueMs >= frameMs; dueMs += frameMs) {
      lag.add(nowMs - dueMs)
      frame += 1
    }
    for (; dueMs <= nowMs; dueMs += slotMs) {
      lag.add(nowMs - dueMs)
      for (const leg of slots[slot] ?? []) leg.tick(clock.monotonicMs(), frame)
      slot = (slot + 1) % slots.length
      if (slot === 0) frame += 1
    }
    cancel = clock.set(slotMs, run)
  }
  cancel = clock.set(0, run)
  return {
    add(leg) {
      const emptiest = slots.reduce((least, each) => (each.size < least.size ? each : least))
      emptiest.add(leg)
      return () => void emptiest.delete(leg)
    },
    lag,
    stop: () => cancel?.(),
  }
}
