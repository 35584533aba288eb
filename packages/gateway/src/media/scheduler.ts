import type { Clock } from '#kernel'

const tickMs = 20
/**
 * Places in the 20 ms where ticks fall. Each costs the worker a wake-up, whether one leg sits there or a hundred, and
 * five are enough to keep bursts of packets below a millisecond at a hundred calls.
 */
export const slotCount = 5
const slotMs = tickMs / slotCount
/** A worker that fell behind by more than this many ticks (300 ms) does not replay all that it missed. */
const maxCatchUpTicks = 15
/** A wake-up this late means that the thread stood still. */
const stallMs = 5

/** What the scheduler calls every 20 ms. `slot` belongs to the scheduler. */
export interface Paced {
  slot: number
  tick(nowMs: number): void
}

export interface Scheduler {
  /** Starts pacing in the least loaded slot. */
  add(task: Paced): void
  remove(task: Paced): void
  readonly size: number
  /** How often the worker fell so far behind that ticks were lost. */
  readonly stalls: number
  close(): void
}

/**
 * Paces all legs of a worker against one absolute time, in slots of 4 ms. A late wake-up runs what is due and keeps
 * the phase, so there is no drift; after a long stall it starts afresh from now. It wakes only for slots that somebody
 * sits in.
 */
export function scheduler(clock: Clock): Scheduler {
  const slots: Paced[][] = Array.from({ length: slotCount }, () => [])
  const epochMs = clock.monotonicMs()
  let size = 0
  let stalls = 0
  let done = 0 // whole slots since `epochMs` that have run
  let wakeAt = Infinity
  let cancelWake: (() => void) | undefined

  const slotOf = (turn: number) => slots[turn % slotCount] as Paced[]
  const startOf = (turn: number) => epochMs + turn * slotMs
  const turnAt = (ms: number) => Math.floor((ms - epochMs) / slotMs)

  function wake(): void {
    if (clock.monotonicMs() - startOf(wakeAt) < stallMs) return run()
    // What came in while the thread stood still is read first: or legs would be found silent whose audio is here.
    cancelWake = clock.set(0, run)
  }

  function run(): void {
    cancelWake = undefined
    wakeAt = Infinity
    const nowMs = clock.monotonicMs()
    const until = turnAt(nowMs)
    if (until - done > maxCatchUpTicks * slotCount) {
      stalls += 1
      done = until - maxCatchUpTicks * slotCount
    }
    while (done < until) {
      done += 1
      // Backwards, because a tick may remove its own task, whose place the last one then takes.
      const slot = slotOf(done)
      for (let i = slot.length - 1; i >= 0; i -= 1) slot[i]?.tick(nowMs)
    }
    arm()
  }

  function arm(): void {
    if (size === 0) return disarm()
    let next = done + 1
    while (slotOf(next).length === 0) next += 1
    if (wakeAt === next) return
    disarm()
    wakeAt = next
    // Rounded up to where the slot begins: an early wake-up would find nothing due.
    cancelWake = clock.set(Math.max(0, Math.ceil(startOf(next) - clock.monotonicMs())), wake)
  }

  function disarm(): void {
    cancelWake?.()
    cancelWake = undefined
    wakeAt = Infinity
  }

  /** Counts the empty slots up to now as done, so that whoever sits down in one waits for its next turn. */
  function skipEmpty(): void {
    const until = turnAt(clock.monotonicMs())
    if (size === 0) done = until
    while (done < until && slotOf(done + 1).length === 0) done += 1
  }

  return {
    add(task) {
      skipEmpty()
      const load = Math.min(...slots.map((slot) => slot.length))
      task.slot = slots.findIndex((slot) => slot.length === load)
      slots[task.slot]?.push(task)
      size += 1
      arm()
    },
    remove(task) {
      const slot = slots[task.slot] as Paced[]
      const at = slot.indexOf(task)
      if (at < 0) return
      const last = slot.pop() as Paced
      if (last !== task) slot[at] = last
      size -= 1
      if (cancelWake !== undefined) arm()
    },
    get size() {
      return size
    },
    get stalls() {
      return stalls
    },
    close: disarm,
  }
}
