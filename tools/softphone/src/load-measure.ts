import { histogram, type Histogram } from './histogram.ts'

/** What all calls of a load run measure together; frames count that were sent while `measuring`. */
export interface LoadMeasure {
  measuring: boolean
  framesSent: number
  framesReturned: number
  /** Frames of another call: must be zero. */
  framesMisrouted: number
  /** Frames without a mark: what the gateway plays while it has nothing from the app. */
  framesUnmarked: number
  packetsRefused: number
  readonly rtt: Histogram
  readonly setup: Histogram
}

export function loadMeasure(): LoadMeasure {
  return {
    measuring: false,
    framesSent: 0,
    framesReturned: 0,
    framesMisrouted: 0,
    framesUnmarked: 0,
    packetsRefused: 0,
    rtt: histogram(0.1, 5_000),
    setup: histogram(0.1, 30_000),
  }
}

/** Where the calls of a run find what they measure for: a new one each round. */
export interface LoadMeasures {
  current: LoadMeasure
  /** The next round's; set-up times go on. */
  renew(): void
}

export function loadMeasures(): LoadMeasures {
  return {
    current: loadMeasure(),
    renew() {
      this.current = { ...loadMeasure(), setup: this.current.setup }
    },
  }
}
