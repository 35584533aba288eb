import { compactNtp } from './ntp-time.ts'
import type { ReportBlock, SenderReport } from './rtcp-packet.ts'
import { sequenceExtender } from './sequence-extender.ts'

/** Counts one source's packets for the report blocks about it: RFC 3550 §6.4.1, §A.3, §A.8. */
export interface ReceptionStats {
  /** Call once for each packet that is authentic and not a replay. */
  receive(sequence: number, timestamp: number, arrivalMs: number): void
  /** Remembers the peer's report, for LSR and DLSR. */
  senderReport(report: SenderReport, arrivalMs: number): void
  /** Reports on the interval since the last call. */
  reportBlock(ssrc: number, nowMs: number): ReportBlock
  readonly received: number
  /** Expected less received; negative with duplicates. */
  readonly lost: number
  readonly jitterMs: number
  /** Holes in the sequence so far, however long each was: reordering counts as one as well. */
  readonly holes: number
}

const maxLost = 0x7fffff
const minLost = -0x800000

export function receptionStats(clockRateHz: number): ReceptionStats {
  return new Statistics(clockRateHz)
}

class Statistics implements ReceptionStats {
  readonly #clockRateHz: number
  readonly #extend = sequenceExtender()
  #base: number | undefined
  #highest = 0
  received = 0
  holes = 0
  /** In timestamp units. */
  #jitter = 0
  #lastTransit: number | undefined
  #prior = { expected: 0, received: 0 }
  #lastSr = { compact: 0, arrivalMs: 0 }

  constructor(clockRateHz: number) {
    this.#clockRateHz = clockRateHz
  }

  receive(sequence: number, timestamp: number, arrivalMs: number): void {
    const extended = this.#extend(sequence)
    if (this.#base === undefined) this.#highest = extended
    this.#base = Math.min(this.#base ?? extended, extended)
    if (extended > this.#highest + 1) this.holes += 1
    this.#highest = Math.max(this.#highest, extended)
    this.received += 1
    this.#updateJitter(timestamp, arrivalMs)
  }

  senderReport(report: SenderReport, arrivalMs: number): void {
    this.#lastSr = { compact: compactNtp(report), arrivalMs }
  }

  reportBlock(ssrc: number, nowMs: number): ReportBlock {
    const expectedInterval = this.#expected - this.#prior.expected
    const lostInterval = expectedInterval - (this.received - this.#prior.received)
    this.#prior = { expected: this.#expected, received: this.received }
    const { compact, arrivalMs } = this.#lastSr
    const delayMs = compact === 0 ? 0 : Math.max(0, nowMs - arrivalMs)
    return {
      ssrc,
      // All of them lost would read as 256, one more than the field holds.
      fractionLost: lostInterval > 0 ? Math.min(255, Math.floor((256 * lostInterval) / expectedInterval)) : 0,
      cumulativeLost: Math.max(minLost, Math.min(maxLost, this.lost)),
      extendedHighestSequence: this.#highest >>> 0,
      jitter: Math.floor(this.#jitter) >>> 0,
      lastSr: compact,
      delaySinceLastSr: Math.min(0xffffffff, Math.round((delayMs * 65_536) / 1_000)),
    }
  }

  get lost(): number {
    return this.#expected - this.received
  }

  get jitterMs(): number {
    return (this.#jitter * 1_000) / this.#clockRateHz
  }

  get #expected(): number {
    return this.#base === undefined ? 0 : this.#highest - this.#base + 1
  }

  #updateJitter(timestamp: number, arrivalMs: number): void {
    const transit = (arrivalMs * this.#clockRateHz) / 1_000 - timestamp
    const sinceLast = this.#lastTransit === undefined ? 0 : transit - this.#lastTransit
    this.#lastTransit = transit
    // The difference is taken modulo 2^32, so that a timestamp wrap is no jitter.
    this.#jitter += (Math.abs(Math.round(sinceLast) | 0) - this.#jitter) / 16
  }
}
