import { sequenceExtender, timestampExtender } from '@voxkeep/wire/rtp'
import { arrivalJitter, type ArrivalJitter } from './arrival-jitter.ts'
import { mediaTimeline, type MediaTimeline } from './media-timeline.ts'

export type ReorderItem =
  | {
      readonly kind: 'frame'
      readonly payload: Uint8Array
      /** Extended past 32 bits. */
      readonly timestamp: number
      readonly marker: boolean
      readonly payloadType: number
    }
  | {
      readonly kind: 'gap'
      /** Length of the missing media. */
      readonly samples: number
      /** Packets lost; 0 when the sender left a pause (DTX) or restarted. */
      readonly packets: number
    }

export interface ReorderOptions {
  readonly clockRateHz: number
  /** The longest a packet is held back for an earlier one. */
  readonly maxDelayMs: number
  /** The most packets held; the next one gives the gap up. */
  readonly maxPackets: number
  /** Samples of a payload, 0 for one that carries none (an event). Without it one byte is one sample: G.711. */
  readonly samplesOf?: (payload: Uint8Array, payloadType: number) => number
}

/**
 * Puts packets in order at the least delay: what comes in order passes at once; after a gap later packets wait
 * until it fills or a deadline, four times the measured jitter, passes.
 */
export interface ReorderBuffer {
  /**
   * Takes one packet; returns what is due now, in order. A payload that passes at once aliases the argument; one
   * that is held back is copied.
   */
  push(
    sequence: number,
    timestamp: number,
    payload: Uint8Array,
    nowMs: number,
    marker?: boolean,
    payloadType?: number,
  ): readonly ReorderItem[]
  /** Gives up on gaps whose deadline has passed. */
  poll(nowMs: number): readonly ReorderItem[]
  /** When to `poll`; `undefined` while nothing is held. */
  readonly deadlineMs: number | undefined
  readonly jitterMs: number
  readonly duplicates: number
  /** Packets that came after their gap had been given up. */
  readonly late: number
  readonly lost: number
}

interface Held {
  readonly timestamp: number
  readonly payload: Uint8Array
  readonly arrivalMs: number
  readonly marker: boolean
  readonly payloadType: number
}

const minDelayMs = 20 // one packet time: two that were swapped on the way come right
/** Sequence steps this far are a restarted sender, not loss: 20 s of audio. */
const maxStep = 1_000
const nothing: readonly ReorderItem[] = []

export function reorderBuffer(options: ReorderOptions): ReorderBuffer {
  return new Reordering(options)
}

class Reordering implements ReorderBuffer {
  readonly #options: ReorderOptions
  readonly #samplesOf: (payload: Uint8Array, payloadType: number) => number
  readonly #jitter: ArrivalJitter
  readonly #timeline: MediaTimeline
  readonly #extendTimestamp = timestampExtender()
  #extendSequence = sequenceExtender()
  /** By extended sequence number. */
  readonly #held = new Map<number, Held>()
  /** Sequences given up on, to tell a late packet from a duplicate. */
  readonly #skipped = new Set<number>()
  #expected: number | undefined
  duplicates = 0
  late = 0
  lost = 0

  constructor(options: ReorderOptions) {
    this.#options = options
    this.#samplesOf = options.samplesOf ?? ((payload) => payload.length)
    this.#jitter = arrivalJitter(options.clockRateHz)
    this.#timeline = mediaTimeline(options.clockRateHz)
  }

  push(
    sequence: number,
    timestamp: number,
    payload: Uint8Array,
    nowMs: number,
    marker = false,
    payloadType = 0,
  ): readonly ReorderItem[] {
    const at = this.#extendTimestamp(timestamp)
    this.#jitter.arrived(at, nowMs)
    const items: ReorderItem[] = []
    const index = this.#indexOf(sequence, items)
    const expected = this.#expected ?? index
    this.#expected = expected
    if (index < expected || this.#held.has(index)) return this.#countStray(index)
    const packet = { timestamp: at, payload, arrivalMs: nowMs, marker, payloadType }
    if (index === expected) {
      this.#release(packet, 0, items)
      this.#drain(index + 1, items)
      return items
    }
    this.#held.set(index, { ...packet, payload: new Uint8Array(payload) })
    if (this.#held.size > this.#options.maxPackets) this.#skip(expected, items)
    return items
  }

  poll(nowMs: number): readonly ReorderItem[] {
    const items: ReorderItem[] = []
    for (let due = this.deadlineMs; due !== undefined && due <= nowMs; due = this.deadlineMs) {
      this.#skip(this.#expected ?? 0, items)
    }
    return items.length === 0 ? nothing : items
  }

  get deadlineMs(): number | undefined {
    if (this.#held.size === 0) return undefined
    let first = Infinity
    for (const packet of this.#held.values()) first = Math.min(first, packet.arrivalMs)
    return first + Math.min(this.#options.maxDelayMs, Math.max(minDelayMs, 4 * this.#jitter.ms))
  }

  get jitterMs(): number {
    return this.#jitter.ms
  }

  /** The extended sequence number; a restarted sender's packets are let go and counted anew. */
  #indexOf(sequence: number, items: ReorderItem[]): number {
    const index = this.#extendSequence(sequence)
    if (this.#expected === undefined || Math.abs(index - this.#expected) <= maxStep) return index
    while (this.#held.size > 0) this.#skip(this.#expected, items)
    this.#skipped.clear()
    this.#extendSequence = sequenceExtender()
    this.#expected = this.#extendSequence(sequence)
    return this.#expected
  }

  #release(packet: Held, lostPackets: number, items: ReorderItem[]): void {
    const { payload, timestamp, marker, payloadType, arrivalMs } = packet
    const samples = this.#timeline.next(timestamp, this.#samplesOf(payload, payloadType), arrivalMs)
    if (samples > 0 || lostPackets > 0) items.push({ kind: 'gap', samples, packets: lostPackets })
    items.push({ kind: 'frame', payload, timestamp, marker, payloadType })
  }

  /** Passes on what follows without a gap. */
  #drain(from: number, items: ReorderItem[]): void {
    let at = from
    for (let packet = this.#held.get(at); packet !== undefined; packet = this.#held.get(at)) {
      this.#held.delete(at)
      this.#release(packet, 0, items)
      at += 1
    }
    this.#expected = at
  }

  /** Gives up on the packets before the lowest held one. */
  #skip(from: number, items: ReorderItem[]): void {
    const lowest = Math.min(...this.#held.keys())
    const packet = this.#held.get(lowest)
    if (packet === undefined) return
    for (let sequence = from; sequence < lowest; sequence += 1) this.#remember(sequence)
    this.lost += lowest - from
    this.#held.delete(lowest)
    this.#release(packet, lowest - from, items)
    this.#drain(lowest + 1, items)
  }

  #remember(sequence: number): void {
    this.#skipped.add(sequence)
    if (this.#skipped.size <= maxStep) return
    for (const oldest of this.#skipped) {
      this.#skipped.delete(oldest)
      return
    }
  }

  #countStray(index: number): readonly ReorderItem[] {
    if (this.#skipped.delete(index)) {
      this.late += 1
      this.lost -= 1
    } else this.duplicates += 1
    return nothing
  }
}
