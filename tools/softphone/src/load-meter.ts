import type { SoftphoneClock } from './clock.ts'
import { loadMeasures } from './load-measure.ts'
import type { MeasuredInterval, MeasuredRun } from './load-run.ts'
import { slotScheduler, type SlotScheduler, type TickedLeg } from './slot-scheduler.ts'

const frameMs = 20

/** What a load run counts, and the clock that its legs speak by. */
export class LoadMeter {
  readonly measures = loadMeasures()
  readonly #calls: number
  readonly #clock: SoftphoneClock
  readonly #scheduler: SlotScheduler
  readonly #failures: Record<string, number> = {}
  #answered = 0

  constructor(calls: number, clock: SoftphoneClock) {
    this.#calls = calls
    this.#clock = clock
    this.#scheduler = slotScheduler(clock, frameMs)
  }

  /** Counts a call that is up; its leg speaks until the returned function is called. */
  speak(leg: TickedLeg): () => void {
    this.#answered += 1
    return this.#scheduler.add(leg)
  }

  fail(reason: string): void {
    this.#failures[reason] = (this.#failures[reason] ?? 0) + 1
  }

  /** Frames count from now until the returned function is called. */
  measure(): () => MeasuredInterval {
    const startedMs = this.#clock.monotonicMs()
    const cpu = process.cpuUsage()
    const { current } = this.measures
    current.measuring = true
    return () => {
      current.measuring = false
      const { user, system } = process.cpuUsage(cpu)
      return { wallMs: this.#clock.monotonicMs() - startedMs, ownCpuMs: (user + system) / 1_000 }
    }
  }

  get measured(): MeasuredRun {
    return {
      calls: this.#calls,
      answered: this.#answered,
      failures: this.#failures,
      measure: this.measures.current,
      scheduler: this.#scheduler,
    }
  }

  stop(): void {
    this.#scheduler.stop()
  }
}
