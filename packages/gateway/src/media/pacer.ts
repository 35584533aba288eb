import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import { frameSamples } from './caller-track.ts'
import { playbackQueue, type PlaybackQueue } from './playback-queue.ts'

/** Where a leg's paced audio goes. */
export interface PacerSink<T> {
  /** Room for one frame; the pacer writes µ-law into it before `send`. */
  readonly frame: Uint8Array
  /** Room for its companion at 16 kHz. */
  readonly wide?: Int16Array
  /** `frame` leaves now; `atMs` is its place in the leg's real time. `audible` is false for comfort silence. `isWide`: its companion stands in `wide`. */
  send(atMs: number, audible: boolean, isWide: boolean): void
  /** The time of one frame passes with nothing sent. */
  pass(): void
  /** Fills `frame` with live audio that waits, which has the floor whenever nothing queued does; false without any. */
  live?(): boolean
  /** Whether packets that the pacer does not make go out in place of its silence. */
  carried?(nowMs: number): boolean
  /** Everything before this label has been sent. */
  reached(label: T): void
}

/**
 * Turns audio of any size and rhythm into one frame every 20 ms. A caller must hear an app without delay, so audio
 * that meets an empty queue leaves at once, ahead of real time by a frame or two; and when speech breaks off without a
 * label to say that it is over, the pacer waits a little before it lets silence in.
 */
export interface Pacer<T> {
  /** Begins to count real time. */
  start(nowMs: number): void
  /** Call it every 20 ms. */
  tick(nowMs: number): void
  /** Queues audio, with its companion at 16 kHz; returns how many bytes fitted under `limitBytes`. */
  append(ulaw: Uint8Array, limitBytes: number, nowMs: number, wide?: Int16Array): number
  /** Live audio came: it is sent at once when it has the floor and the frames sent so far let it. */
  liveCame(nowMs: number): void
  /** No more live audio follows what came: silence is let in at once. */
  liveOver(): void
  /** Queued audio has the floor: it plays, or broke off a moment ago. */
  readonly busy: boolean
  /** Queues a label, or reports it reached when nothing is before it; false when too many wait. */
  label(value: T): boolean
  /** Drops all that waits; returns the labels that were passed over, in order. */
  clear(): T[]
  /** Whether a label waits that `matches`. */
  hasLabel(matches: (value: T) => boolean): boolean
  readonly bufferedBytes: number
  /** The time up to which frames have been sent. */
  readonly sentUntilMs: number
  /** How often the worker was so late that the leg started afresh from now. */
  readonly resyncs: number
}

const frameMs = 20
/** How far frames may have run ahead when another follows from the queue: one frame, and what ticks vary by. */
const queuedAheadMs = 24
/** The same for audio that has just come: an app in real time finds the frames this far ahead after a late one. */
const freshAheadMs = 40
/** A tick has nothing to do while the frames sent so far last longer than this. */
const marginMs = 8
/**
 * How long nothing is sent when speech breaks off. What then comes late is sent late, with the timestamps it was due at:
 * receivers have jitter buffers and concealment for that, while silence put into speech is heard, and delays the rest
 * for good.
 */
const graceMs = 60
/**
 * What a worker that stood still has missed of queued audio it sends at once, up to this much: receivers play what is
 * not too late, and the call keeps its time. After a longer stall the leg goes on from where it was, later.
 */
const resyncMs = 300
/** Missed silence is not sent at all. */
const maxSilenceBehindMs = 20

export function pacer<T>(sink: PacerSink<T>): Pacer<T> {
  return new FramePacer(sink)
}

class FramePacer<T> implements Pacer<T> {
  readonly #sink: PacerSink<T>
  readonly #queue: PlaybackQueue<T> = playbackQueue<T>()
  /** Whose audio the last frame was, unless something says that it was the end. */
  #speaker: 'nobody' | 'queue' | 'live' = 'nobody'
  #brokeOffAtMs: number | undefined
  sentUntilMs = 0
  resyncs = 0

  constructor(sink: PacerSink<T>) {
    this.#sink = sink
  }

  start(nowMs: number): void {
    // One frame ahead from the start: so there is room for the first words to come late.
    this.sentUntilMs = nowMs + frameMs
  }

  get bufferedBytes(): number {
    return this.#queue.bufferedBytes
  }

  tick(nowMs: number): void {
    if (this.sentUntilMs < nowMs - resyncMs) {
      this.sentUntilMs = nowMs
      this.resyncs += 1
    }
    const aheadMs = this.sentUntilMs - nowMs
    if (aheadMs >= queuedAheadMs) return
    const held = this.#queue.bufferedBytes
    if (held >= frameSamples || (held > 0 && this.#queue.endsWithLabel)) return this.#sendAudio()
    if (!this.busy && this.#sendLive()) return
    if (aheadMs >= marginMs || this.#mayGoOn(nowMs)) return
    if (held > 0) return this.#sendAudio()
    this.#sendSilence(nowMs)
  }

  /** Whether speech that broke off may still be on its way. */
  #mayGoOn(nowMs: number): boolean {
    if (this.#speaker === 'nobody') return false
    this.#brokeOffAtMs ??= nowMs
    return nowMs - this.#brokeOffAtMs < graceMs
  }

  append(ulaw: Uint8Array, limitBytes: number, nowMs: number, wide?: Int16Array): number {
    const waited = this.#queue.bufferedBytes
    const taken = this.#queue.append(ulaw, limitBytes, wide)
    const isNext = waited < frameSamples && waited + taken >= frameSamples
    if (isNext && this.sentUntilMs - nowMs < freshAheadMs) this.#sendAudio()
    return taken
  }

  get busy(): boolean {
    return this.#speaker === 'queue' || this.#queue.bufferedBytes > 0
  }

  liveCame(nowMs: number): void {
    if (!this.busy && this.sentUntilMs - nowMs < freshAheadMs) this.#sendLive()
  }

  liveOver(): void {
    if (this.#speaker === 'live') this.#speaker = 'nobody'
  }

  label(value: T): boolean {
    const taken = this.#queue.label(value)
    this.#report()
    return taken
  }

  clear(): T[] {
    this.#speaker = 'nobody'
    return this.#queue.clear()
  }

  hasLabel(matches: (value: T) => boolean): boolean {
    return this.#queue.hasLabel(matches)
  }

  #sendSilence(nowMs: number): void {
    while (this.sentUntilMs < nowMs - maxSilenceBehindMs) {
      this.sentUntilMs += frameMs
      this.#sink.pass()
    }
    this.#speaker = 'nobody'
    this.#brokeOffAtMs = undefined
    if (this.#sendLive()) return
    if (this.#sink.carried?.(nowMs) === true) {
      this.sentUntilMs += frameMs
      return this.#sink.pass()
    }
    this.#sink.frame.fill(ULAW_SILENCE)
    this.#send(false, false)
  }

  #sendAudio(): void {
    const { frame, wide } = this.#sink
    const length = this.#queue.pull(frame, 0, frameSamples, wide)
    if (length < frameSamples) frame.fill(ULAW_SILENCE, length)
    this.#speaker = 'queue'
    this.#brokeOffAtMs = undefined
    this.#send(true, length === frameSamples && this.#queue.isWide)
    this.#report()
  }

  #sendLive(): boolean {
    if (this.#sink.live?.() !== true) return false
    this.#speaker = 'live'
    this.#brokeOffAtMs = undefined
    this.#send(true, false)
    return true
  }

  #send(audible: boolean, isWide: boolean): void {
    const atMs = this.sentUntilMs
    this.sentUntilMs += frameMs
    this.#sink.send(atMs, audible, isWide)
  }

  #report(): void {
    for (let due = this.#queue.takeDue(); due !== undefined; due = this.#queue.takeDue()) {
      this.#sink.reached(due)
      // Whoever labels the end of what it says is not late with more.
      if (this.#queue.bufferedBytes === 0) this.#speaker = 'nobody'
    }
  }
}
