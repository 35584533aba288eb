import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import { frameSamples } from './caller-track.ts'
import { playbackQueue, type PlaybackQueue } from './playback-queue.ts'

/** Where a leg's paced audio goes. */
export interface PacerSink<T> {
  /** Room for one frame; the pacer writes µ-law into it before `send`. */
  readonly frame: Uint8Array
  /** `frame` leaves now; `atMs` is its place in the leg's real time. `audible` is false for comfort silence. */
  send(atMs: number, audible: boolean): void
  /** Everything before this label has been sent. */
  reached(label: T): void
  /** Asks that the next `tick` fall `delayMs` from now; 0 means in 20 ms. */
  reschedule(delayMs: number): void
}

/**
 * Turns audio of any size and rhythm into one frame every 20 ms. A caller must hear an app without delay, so audio
 * that meets an empty queue leaves at once, up to 20 ms ahead of real time; and when it comes late, the pacer waits
 * for as long as it is ahead, and a moment more, before it lets silence in.
 */
export interface Pacer<T> {
  /** Begins to count real time. */
  start(nowMs: number): void
  tick(nowMs: number): void
  /** Queues audio; returns how many bytes fitted under `limitBytes`. */
  append(ulaw: Uint8Array, limitBytes: number, nowMs: number): number
  /** Queues a label, or reports it reached when nothing is before it; false when too many wait. */
  label(value: T): boolean
  /** Drops all that waits; returns the labels that were passed over, in order. */
  clear(): T[]
  /** Whether a label waits that `matches`. */
  hasLabel(matches: (value: T) => boolean): boolean
  readonly bufferedBytes: number
  /** The time up to which frames have been sent. */
  readonly sentUntilMs: number
  /** How often real time had run so far ahead that the leg started afresh from now. */
  readonly resyncs: number
}

const frameMs = 20
/** How long a speaking app may be late before silence is put in; every receiver's jitter buffer absorbs it. */
const graceMs = 10
/** An app whose clock is slow eats up its grace; from here on silence makes up for it. */
const maxBehindMs = 40
/** A worker that stalled longer than its catch-up does not run after real time. */
const resyncMs = 60

export function pacer<T>(sink: PacerSink<T>): Pacer<T> {
  return new FramePacer(sink)
}

class FramePacer<T> implements Pacer<T> {
  readonly #sink: PacerSink<T>
  readonly #queue: PlaybackQueue<T> = playbackQueue<T>()
  #speaking = false
  sentUntilMs = 0
  resyncs = 0

  constructor(sink: PacerSink<T>) {
    this.#sink = sink
  }

  start(nowMs: number): void {
    this.sentUntilMs = nowMs
  }

  get bufferedBytes(): number {
    return this.#queue.bufferedBytes
  }

  tick(nowMs: number): void {
    if (this.sentUntilMs < nowMs - resyncMs) {
      this.sentUntilMs = nowMs
      this.resyncs += 1
    }
    const held = this.#queue.bufferedBytes
    if (held >= frameSamples || (held > 0 && this.#queue.endsWithLabel)) return this.#sendAudio()
    const aheadMs = this.sentUntilMs - nowMs
    const waitMs = Math.round(aheadMs + (this.#speaking && aheadMs > -maxBehindMs ? graceMs : 0))
    if (waitMs > 0) return this.#sink.reschedule(Math.min(waitMs, frameMs - 1))
    if (held > 0) return this.#sendAudio()
    this.#speaking = false
    this.#sink.frame.fill(ULAW_SILENCE)
    this.#send(false)
  }

  append(ulaw: Uint8Array, limitBytes: number, nowMs: number): number {
    const waited = this.#queue.bufferedBytes
    const taken = this.#queue.append(ulaw, limitBytes)
    const fresh = waited < frameSamples && this.#queue.bufferedBytes >= frameSamples
    if (fresh && this.sentUntilMs - nowMs < frameMs) {
      this.#sendAudio()
      this.#sink.reschedule(0)
    }
    return taken
  }

  label(value: T): boolean {
    const taken = this.#queue.label(value)
    this.#report()
    return taken
  }

  clear(): T[] {
    return this.#queue.clear()
  }

  hasLabel(matches: (value: T) => boolean): boolean {
    return this.#queue.hasLabel(matches)
  }

  #sendAudio(): void {
    const { frame } = this.#sink
    const length = this.#queue.pull(frame, 0, frameSamples)
    if (length < frameSamples) frame.fill(ULAW_SILENCE, length)
    this.#speaking = true
    this.#send(true)
    this.#report()
  }

  #send(audible: boolean): void {
    const atMs = this.sentUntilMs
    this.sentUntilMs += frameMs
    this.#sink.send(atMs, audible)
  }

  #report(): void {
    for (let due = this.#queue.takeDue(); due !== undefined; due = this.#queue.takeDue()) {
      this.#sink.reached(due)
    }
  }
}
