import { timestampExtender } from '@voxkeep/wire/rtp'
import { arrivalJitter, type ArrivalJitter } from './arrival-jitter.ts'

export type PlayoutItem =
  /** `payload` is the caller's own: one byte a sample. */
  | { readonly kind: 'frame'; readonly payload: Uint8Array }
  /** The frame did not arrive in time: play a concealment. */
  | { readonly kind: 'conceal' }
  /** The talk has not begun, or is being buffered again: play silence. */
  | { readonly kind: 'silence' }

export interface PlayoutOptions {
  readonly clockRateHz: number
  /** Length of a pulled frame; packets may have any other. */
  readonly ptimeMs: number
  readonly minDelayMs?: number
  readonly maxDelayMs?: number
}

/**
 * The classic adaptive jitter buffer, for whoever plays at a steady pace: packets go in when they come, one frame
 * comes out a packet time. It aims at a depth of a packet time and three times the jitter, within its bounds.
 */
export interface PlayoutBuffer {
  /** Copies the payload in. One that is late, far ahead or here already changes nothing. */
  push(timestamp: number, payload: Uint8Array, nowMs: number): void
  pull(): PlayoutItem
  readonly targetDelayMs: number
  readonly bufferedMs: number
  readonly late: number
}

/** Frames in a row concealed before playing stops and buffers anew: concealment has faded out by then. */
const maxConcealedMs = 60
/** Depth beyond the target that is borne this long before one frame is dropped. */
const slackMs = 1_000

export function playoutBuffer(options: PlayoutOptions): PlayoutBuffer {
  return new Playout(options)
}

class Playout implements PlayoutBuffer {
  readonly #clockRateHz: number
  readonly #ptimeMs: number
  readonly #minDelayMs: number
  readonly #maxDelayMs: number
  readonly #frame: number
  readonly #ring: SampleRing
  readonly #jitter: ArrivalJitter
  readonly #extend = timestampExtender()
  /** Timestamp of the next sample to play. */
  #playAt: number | undefined
  /** Timestamp after the last sample that is here. */
  #end = 0
  #playing = false
  #concealedMs = 0
  #deepMs = 0
  late = 0

  constructor(options: PlayoutOptions) {
    this.#clockRateHz = options.clockRateHz
    this.#ptimeMs = options.ptimeMs
    this.#minDelayMs = options.minDelayMs ?? options.ptimeMs
    this.#maxDelayMs = options.maxDelayMs ?? 200
    this.#frame = this.#samples(options.ptimeMs)
    this.#ring = sampleRing(this.#samples(this.#maxDelayMs) * 2 + this.#frame)
    this.#jitter = arrivalJitter(options.clockRateHz)
  }

  push(timestamp: number, payload: Uint8Array, nowMs: number): void {
    const at = this.#extend(timestamp)
    this.#jitter.arrived(at, nowMs)
    if (this.#playAt === undefined || (!this.#playing && this.#buffered === 0)) this.#restartAt(at)
    const from = this.#playAt ?? at
    if (at + payload.length <= from) {
      this.late += 1
      return
    }
    // Farther ahead than the ring reaches: the sender's clock jumped, or we stopped pulling.
    if (at + payload.length > from + this.#ring.size) this.#restartAt(at)
    this.#end = Math.max(this.#end, this.#ring.put(at, payload, this.#playAt ?? at))
  }

  pull(): PlayoutItem {
    if (this.#playAt === undefined) return { kind: 'silence' }
    if (!this.#playing && this.#buffered < this.#samples(this.targetDelayMs)) return { kind: 'silence' }
    this.#playing = true
    const from = this.#shrunk(this.#playAt)
    const payload = this.#ring.take(from, this.#frame)
    this.#playAt = from + this.#frame
    if (payload !== undefined) {
      this.#concealedMs = 0
      return { kind: 'frame', payload }
    }
    this.#concealedMs += this.#ptimeMs
    if (this.#concealedMs > maxConcealedMs && this.#buffered === 0) {
      this.#playing = false
      this.#concealedMs = 0
    }
    return { kind: 'conceal' }
  }

  get targetDelayMs(): number {
    const wanted = this.#ptimeMs + 3 * this.#jitter.ms
    return Math.min(this.#maxDelayMs, Math.max(this.#minDelayMs, wanted))
  }

  get bufferedMs(): number {
    return (this.#buffered * 1_000) / this.#clockRateHz
  }

  get #buffered(): number {
    return this.#playAt === undefined ? 0 : Math.max(0, this.#end - this.#playAt)
  }

  #samples(ms: number): number {
    return Math.round((ms * this.#clockRateHz) / 1_000)
  }

  #restartAt(timestamp: number): void {
    this.#ring.clear()
    this.#playAt = timestamp
    this.#end = timestamp
    this.#playing = false
  }

  /** Skips one frame when the buffer stayed deeper than it need be: delay must not outlive the jitter it met. */
  #shrunk(from: number): number {
    const deep = this.#buffered > this.#samples(this.targetDelayMs) + 2 * this.#frame
    this.#deepMs = deep ? this.#deepMs + this.#ptimeMs : 0
    if (this.#deepMs < slackMs) return from
    this.#deepMs = 0
    this.#ring.take(from, this.#frame)
    return from + this.#frame
  }
}

interface SampleRing {
  readonly size: number
  /** Keeps the part of `payload` that lies within `size` samples from `from`; returns the timestamp after it. */
  put(at: number, payload: Uint8Array, from: number): number
  /** Removes `length` samples; `undefined` unless all of them are there. */
  take(at: number, length: number): Uint8Array | undefined
  clear(): void
}

/** Samples by timestamp, with a mark for each that is present. */
function sampleRing(size: number): SampleRing {
  const samples = new Uint8Array(size)
  const present = new Uint8Array(size)
  const slot = (at: number): number => ((at % size) + size) % size
  return {
    size,
    put(at, payload, from) {
      const end = Math.min(payload.length, from + size - at)
      for (let i = Math.max(0, from - at); i < end; i += 1) {
        const index = slot(at + i)
        samples[index] = payload[i] ?? 0
        present[index] = 1
      }
      return at + end
    },
    take(at, length) {
      const out = new Uint8Array(length)
      let complete = true
      for (let i = 0; i < length; i += 1) {
        const index = slot(at + i)
        complete &&= present[index] === 1
        out[i] = samples[index] ?? 0
        present[index] = 0
      }
      return complete ? out : undefined
    },
    clear() {
      present.fill(0)
    },
  }
}
