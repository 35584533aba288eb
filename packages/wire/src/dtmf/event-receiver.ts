import { parseEvent, type DtmfDigit } from './event-payload.ts'

export interface DtmfEvent {
  readonly digit: DtmfDigit
  readonly durationMs: number
}

export interface EventReceiver {
  /**
   * Takes one telephone-event packet of the stream; returns an event when it is over. Packets belong to one event
   * when they share its RTP timestamp, whatever their marker bits say: RFC 4733 §2.5.1.2.
   */
  push(timestamp: number, payload: Uint8Array): DtmfEvent | undefined
  /**
   * Reports an event whose end packets were lost. Call it with the timestamp of each audio packet, or of the clock.
   * An event counts as over when no update came for 100 ms of stream time.
   */
  flush(nowTimestamp: number): DtmfEvent | undefined
  /** Whether a key is down: its tone may still leak into the audio. */
  readonly active: boolean
}

interface OpenEvent {
  readonly digit: DtmfDigit
  readonly timestamp: number
  /** Of the segments before this one: RFC 4733 §2.5.1.3. */
  readonly earlier: number
  duration: number
}

/** Reported events whose late packets are still known: the end packets of more would be 60 ms late. */
const remembered = 4
const silentMs = 100 // updates come every 20 to 50 ms

/** Turns RFC 4733 packets into one event a key press. */
export function eventReceiver(options: { readonly clockRateHz?: number } = {}): EventReceiver {
  return new Receiver(options.clockRateHz ?? 8_000)
}

class Receiver implements EventReceiver {
  readonly #clockRateHz: number
  /** Timestamps of events that are over. */
  readonly #past: number[] = []
  /** One packet can finish two events: the second waits here for the next call. */
  readonly #waiting: DtmfEvent[] = []
  #open: OpenEvent | undefined

  constructor(clockRateHz: number) {
    this.#clockRateHz = clockRateHz
  }

  get active(): boolean {
    return this.#open !== undefined
  }

  push(timestamp: number, payload: Uint8Array): DtmfEvent | undefined {
    const packet = parseEvent(payload)
    if (packet !== undefined && !this.#isPast(timestamp)) {
      const event = this.#eventAt(timestamp, packet.digit)
      event.duration = Math.max(event.duration, packet.duration)
      if (packet.end) this.#close(event)
    }
    return this.#waiting.shift()
  }

  flush(nowTimestamp: number): DtmfEvent | undefined {
    const event = this.#open
    if (event !== undefined) {
      const silent = (nowTimestamp - event.timestamp - event.duration) | 0
      if (silent > (silentMs * this.#clockRateHz) / 1_000) this.#close(event)
    }
    return this.#waiting.shift()
  }

  /** A packet of an event that is over, or of one before the open one. */
  #isPast(timestamp: number): boolean {
    if (this.#past.includes(timestamp)) return true
    return this.#open !== undefined && ((timestamp - this.#open.timestamp) | 0) < 0
  }

  /** The event a packet belongs to; a new one ends the open one, whose end was lost. */
  #eventAt(timestamp: number, digit: DtmfDigit): OpenEvent {
    const last = this.#open
    if (last?.timestamp === timestamp) return last
    const continued = last !== undefined && continues(last, timestamp, digit)
    const earlier = continued ? last.earlier + ((timestamp - last.timestamp) >>> 0) : 0
    if (continued) this.#forget(last.timestamp)
    else if (last !== undefined) this.#close(last)
    this.#open = { digit, timestamp, earlier, duration: 0 }
    return this.#open
  }

  #close(event: OpenEvent): void {
    this.#open = undefined
    this.#forget(event.timestamp)
    const { digit, earlier, duration } = event
    this.#waiting.push({ digit, durationMs: ((earlier + duration) * 1_000) / this.#clockRateHz })
  }

  #forget(timestamp: number): void {
    this.#past.push(timestamp)
    if (this.#past.length > remembered) this.#past.shift()
  }
}

/**
 * RFC 4733 §2.5.1.3: the next segment of a long event starts where the last one ended, at 0xffff. Its last
 * updates may be lost, so that any start from there to the last known duration counts.
 */
function continues(open: OpenEvent, timestamp: number, digit: DtmfDigit): boolean {
  const step = (timestamp - open.timestamp) >>> 0
  return digit === open.digit && open.duration > 0x8000 && step >= open.duration && step <= 0xffff
}
