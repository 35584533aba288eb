import type { Clock } from '#kernel'

export const slotCount = 20
const tickMs = slotCount
/** A worker that fell behind by more than this many ticks does not replay what it missed. */
const maxCatchUpTicks = 3

/** What the scheduler calls every 20 ms. It keeps its place here itself: `slot` belongs to the scheduler. */
export interface Paced {
  slot: number
  tick(nowMs: number): void
}

export interface Scheduler {
  /** Starts pacing in the least loaded slot. */
  add(task: Paced): void
  remove(task: Paced): void
  /** Makes the next tick fall `delayMs` (whole, 1 to 19) from now; 0 means that the task ran now, so in 20 ms. */
  move(task: Paced, delayMs: number): void
  readonly size: number
  /** How often the worker fell so far behind that ticks were lost. */
  readonly stalls: number
  close(): void
}

/**
 * Paces all legs of a worker against one absolute time: 20 slots of 1 ms over the 20 ms. A late wake-up runs what
 * is due and keeps the phase, so there is no drift; after a long stall it starts afresh from now. It wakes only for
 * slots that somebody sits in.
 */
export function scheduler(clock: Clock): Scheduler {
  const slots: Paced[][] = Array.from({ length: slotCount }, () => [])
  const epochMs = clock.monotonicMs()
  let size = 0
  let stalls = 0
  let doneMs = 0 // whole milliseconds since `epochMs` whose slots have run
  let wakeAtMs = Infinity
  let cancelWake: (() => void) | undefined

  const slotOf = (ms: number) => slots[ms % slotCount] as Paced[]

  function wake(): void {
    cancelWake = undefined
    wakeAtMs = Infinity
    const nowMs = clock.monotonicMs()
    const untilMs = Math.floor(nowMs - epochMs)
    if (untilMs - doneMs > maxCatchUpTicks * tickMs) {
      stalls += 1
      doneMs = untilMs - maxCatchUpTicks * tickMs
    }
    while (doneMs < untilMs) {
      doneMs += 1
      run(slotOf(doneMs), nowMs)
    }
    arm()
  }

  function run(slot: Paced[], nowMs: number): void {
    // Backwards, because a tick may remove or move its own task: the last one then takes its place.
    for (let i = slot.length - 1; i >= 0; i -= 1) slot[i]?.tick(nowMs)
  }

  function arm(): void {
    if (size === 0) return disarm()
    let next = doneMs + 1
    while (slotOf(next).length === 0) next += 1
    if (wakeAtMs === next) return
    disarm()
    wakeAtMs = next
    // Rounded up to where the slot begins: an early wake-up would find nothing due.
    cancelWake = clock.set(Math.max(0, Math.ceil(epochMs + next - clock.monotonicMs())), wake)
  }

  function disarm(): void {
    cancelWake?.()
    cancelWake = undefined
    wakeAtMs = Infinity
  }

  /** Counts the empty slots up to now as done, so that whoever sits down in one waits for its next turn. */
  function skipEmpty(): number {
    const nowMs = Math.floor(clock.monotonicMs() - epochMs)
    if (size === 0) doneMs = nowMs
    while (doneMs < nowMs && slotOf(doneMs + 1).length === 0) doneMs += 1
    return nowMs
  }

  function leave(task: Paced): void {
    const slot = slots[task.slot] as Paced[]
    const at = slot.indexOf(task)
    const last = slot.pop() as Paced
    if (last !== task) slot[at] = last
  }

  return {
    add(task) {
      skipEmpty()
      let best = 0
      slots.forEach((slot, i) => {
        if (slot.length < (slots[best] as Paced[]).length) best = i
      })
      task.slot = best
      slots[best]?.push(task)
      size += 1
      arm()
    },
    remove(task) {
      if (!(slots[task.slot] as Paced[]).includes(task)) return
      leave(task)
      size -= 1
      arm()
    },
    move(task, delayMs) {
      const nowMs = skipEmpty()
      // The slot that ran last, not the present one: a late wake-up may still have that before it.
      const slot = (delayMs === 0 ? doneMs : nowMs + delayMs) % slotCount
      if (slot === task.slot) return
      leave(task)
      task.slot = slot
      slots[slot]?.push(task)
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
