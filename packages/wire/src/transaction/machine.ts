import type { Table } from './transitions.ts'
import type { Timers } from './types.ts'

export interface MachineParts<State extends string, Event extends string, Action extends string, Message> {
  readonly table: Table<State, Event, Action>
  readonly initial: State
  readonly timers: Timers
  /** @param message - What came with the event. */
  readonly perform: (action: Action, message: Message | undefined) => void
  /** The machine came to a state that takes no event, or was closed. */
  readonly onEnd: () => void
}

/**
 * Steps through a table. An event that comes while actions are performed waits for their end. A timer is stopped when a
 * state is entered that has no row for it: a table needs no action to stop one.
 */
export class Machine<State extends string, Event extends string, Action extends string, Message> {
  readonly #parts: MachineParts<State, Event, Action, Message>
  readonly #running = new Map<Event, () => void>()
  readonly #waiting: { readonly event: Event; readonly message: Message | undefined }[] = []
  #state: State
  #busy = false
  #closed = false

  constructor(parts: MachineParts<State, Event, Action, Message>) {
    this.#parts = parts
    this.#state = parts.initial
  }

  get state(): State {
    return this.#state
  }

  fire(event: Event, message?: Message): void {
    this.#waiting.push({ event, message })
    if (this.#busy) return
    this.#busy = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#step(next.event, next.message)
      }
    } finally {
      this.#busy = false
    }
  }

  /** Replaces the timer that fires this event. At 0 ms the event comes at once, after the actions under way. */
  start(event: Event, delayMs: number): void {
    this.#stop(event)
    if (this.#closed || this.#rows()[event] === undefined) return
    if (delayMs === 0) return this.fire(event)
    const cancel = this.#parts.timers.set(delayMs, () => {
      this.#running.delete(event)
      this.fire(event)
    })
    this.#running.set(event, cancel)
  }

  /** Stops every timer; nothing happens any more. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const event of this.#running.keys()) this.#stop(event)
    this.#parts.onEnd()
  }

  #rows(): Table<State, Event, Action>[State] {
    return this.#parts.table[this.#state]
  }

  #stop(event: Event): void {
    this.#running.get(event)?.()
    this.#running.delete(event)
  }

  #step(event: Event, message: Message | undefined): void {
    const row: readonly [State, ...Action[]] | undefined = this.#rows()[event]
    if (row === undefined || this.#closed) return
    const [next, ...actions] = row
    this.#state = next
    for (const running of this.#running.keys()) if (this.#rows()[running] === undefined) this.#stop(running)
    for (const action of actions) if (!this.#closed) this.#parts.perform(action, message)
    if (Object.keys(this.#rows()).length === 0) this.close()
  }
}
