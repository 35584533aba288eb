import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import { clockDrift } from './clock-drift.ts'

/** 20 ms at 8 kHz: what apps and recordings get, whatever the caller's packets hold. */
export const frameSamples = 160
export const samplesPerMs = 8

/**
 * The caller's audio on the leg's timeline: whole 20 ms frames at positions that never step back. Position 0 is the
 * leg's start, and a position is true time. A short gap (loss) is a step in the positions; in a long one (DTX, hold,
 * a caller who sends nothing yet) frames of silence go on at the pace of the clock. Audio never comes in a burst for
 * the sake of a gap: an app that plays what it hears would be late by that burst ever after.
 */
export interface CallerTrack {
  /**
   * Places one packet's µ-law audio, in order; `timestamp` is the RTP timestamp, extended past 32 bits. `wide` is its companion: the same time at
   * 16 kHz, twice as many samples.
   */
  push(timestamp: number, ulaw: Uint8Array, nowMs: number, wide?: Int16Array): void
  /** Puts silence where audio is overdue; call it every 20 ms. */
  fill(nowMs: number): void
  /** The next packet starts a new RTP clock (another SSRC): it is placed by its arrival. */
  restart(): void
  /** Where the next frame starts. */
  readonly endSamples: number
  /** Packets dropped because their time had passed, or lay too far ahead. */
  readonly dropped: number
}

export interface CallerTrackOptions {
  readonly epochMs: number
  /** How overdue audio may be before silence takes its place. */
  readonly lagMs: number
  /** One frame of `frameSamples`, borrowed until the call returns; so is its companion, where every sample of it came with one. */
  readonly emit: (ulaw: Uint8Array, positionSamples: number, wide?: Int16Array) => void
}

/** Later than this by the RTP clock is an early packet of another clock, or a caller whose clock runs fast. */
const maxAheadSamples = 200 * samplesPerMs
/** RTP time and arrival that disagree by more than this: the sender restarted its clock. */
const maxDisagreementSamples = 1_000 * samplesPerMs
/** So little overdue, silence and audio are both kept: a caller's clock that runs slow comes to this. */
const maxShiftSamples = 3 * frameSamples
/** Consecutive late packets after which the RTP clock is taken to have stepped back. */
const maxLateRun = 25
/** A worker that stalled does not make up for more silence than this. */
const maxFillSamples = 3 * frameSamples

/** People pause more often than this. */
const pauseWithinMs = 10_000

const silence = new Uint8Array(frameSamples).fill(ULAW_SILENCE)

interface Given {
  readonly ulaw: Uint8Array
  readonly wide: Int16Array | undefined
}

export function callerTrack(options: CallerTrackOptions): CallerTrack {
  return new Track(options)
}

class Track implements CallerTrack {
  readonly #epochMs: number
  readonly #lagSamples: number
  readonly #emit: CallerTrackOptions['emit']
  readonly #partial = new Uint8Array(frameSamples)
  /** The companion of what waits, made when the first comes; of no use once a part came without. */
  #partialWide: Int16Array | undefined
  #isPartialWide = false
  #partialLength = 0
  /** Where the audio so far ends, the part that waits in `#partial` included. */
  #end = 0
  /** Position less RTP timestamp; undefined until a packet anchors it. */
  #offset: number | undefined
  readonly #drift = clockDrift()
  /** A frame to let go (−1) or to make up for (1), at the next pause in speech or when it is time. */
  #owed: -1 | 0 | 1 = 0
  #owedUntilMs = 0
  #lateRun = 0
  dropped = 0

  constructor(options: CallerTrackOptions) {
    this.#epochMs = options.epochMs
    this.#lagSamples = options.lagMs * samplesPerMs
    this.#emit = options.emit
  }

  get endSamples(): number {
    return this.#end - this.#partialLength
  }

  push(timestamp: number, ulaw: Uint8Array, nowMs: number, wide?: Int16Array): void {
    const expected = Math.floor((nowMs - this.#epochMs) * samplesPerMs)
    this.#offset ??= this.#anchor(timestamp, ulaw.length, expected)
    const lead = timestamp + this.#offset + ulaw.length - expected
    if (this.#putsRight(lead, ulaw, nowMs)) return
    const position = timestamp + this.#offset
    // Gaps are whole frames: a packet a few samples off its place would put every later frame together from two.
    const gapFrames = Math.round((position - this.#end) / frameSamples)
    if (position > expected + maxAheadSamples)
      this.#pushAhead(timestamp, { ulaw, wide }, position - expected, expected)
    else if (gapFrames < 0) this.#pushLate(timestamp, { ulaw, wide }, this.#end - position, expected)
    else {
      this.#lateRun = 0
      if (gapFrames > 0) this.#skip(gapFrames)
      this.#write(ulaw, wide)
    }
  }

  fill(nowMs: number): void {
    // Nobody waits for late packets of a caller who has sent none.
    const lagSamples = this.#offset === undefined ? 0 : this.#lagSamples
    const due = Math.floor((nowMs - this.#epochMs) * samplesPerMs) - lagSamples
    if (due - this.#end > maxFillSamples) {
      this.#partialLength = 0
      this.#end = due - maxFillSamples
    }
    while (this.#end + frameSamples <= due) this.#write(silence)
  }

  restart(): void {
    this.#offset = undefined
    this.#owed = 0
    this.#drift.reset()
  }

  /** Follows the caller's clock, in a pause where there is one, for a step in speech is heard. True when the packet is let go. */
  #putsRight(lead: number, ulaw: Uint8Array, nowMs: number): boolean {
    const drift = this.#drift.arrived(lead, ulaw.length, nowMs)
    if (drift !== 0 && this.#owed === 0) {
      this.#owed = drift
      this.#owedUntilMs = nowMs + pauseWithinMs
    }
    if (this.#owed === 0 || (nowMs < this.#owedUntilMs && !isQuiet(ulaw))) return false
    const owed = this.#owed
    this.#owed = 0
    this.#drift.corrected()
    if (owed < 0) this.#letGo(ulaw)
    else this.#offset = (this.#offset ?? 0) + frameSamples
    return owed < 0
  }

  /** A packet that arrives now ends now. */
  #anchor(timestamp: number, samples: number, expected: number): number {
    return Math.max(this.#end, expected - samples) - timestamp
  }

  /** The caller's clock runs fast: one packet is let go every few minutes, or the lead would grow for good. */
  #letGo(ulaw: Uint8Array): void {
    this.#offset = (this.#offset ?? 0) - ulaw.length
    this.dropped += 1
  }

  #pushAhead(timestamp: number, { ulaw, wide }: Given, aheadSamples: number, expected: number): void {
    if (aheadSamples <= maxDisagreementSamples) {
      return this.#letGo(ulaw)
    }
    this.#offset = this.#anchor(timestamp, ulaw.length, expected)
    this.#skip(Math.round((timestamp + this.#offset - this.#end) / frameSamples))
    this.#write(ulaw, wide)
  }

  #pushLate(timestamp: number, { ulaw, wide }: Given, overlap: number, expected: number): void {
    if (overlap <= maxShiftSamples && this.#end + ulaw.length <= expected + frameSamples) {
      this.#offset = (this.#offset ?? 0) + overlap
      return this.#write(ulaw, wide)
    }
    this.dropped += 1
    this.#lateRun += 1
    if (this.#lateRun < maxLateRun) return
    this.#lateRun = 0
    this.#offset = this.#anchor(timestamp, ulaw.length, expected)
  }

  /** Leaves `frames` out. What waited for the rest of its frame is completed with silence. */
  #skip(frames: number): void {
    if (frames <= 0) return
    const target = this.#end + frames * frameSamples
    if (this.#partialLength > 0) this.#write(silence.subarray(this.#partialLength))
    this.#end = target
  }

  #write(ulaw: Uint8Array, wide?: Int16Array): void {
    if (this.#partialLength === 0 && ulaw.length === frameSamples) {
      this.#emit(ulaw, this.#end, wide)
      this.#end += frameSamples
      return
    }
    let from = 0
    while (from < ulaw.length) {
      const room = Math.min(frameSamples - this.#partialLength, ulaw.length - from)
      this.#partial.set(ulaw.subarray(from, from + room), this.#partialLength)
      this.#keepWide(wide?.subarray(2 * from, 2 * (from + room)))
      this.#partialLength += room
      this.#end += room
      from += room
      if (this.#partialLength < frameSamples) return
      this.#partialLength = 0
      this.#emit(this.#partial, this.#end - frameSamples, this.#isPartialWide ? this.#partialWide : undefined)
    }
  }

  #keepWide(part: Int16Array | undefined): void {
    this.#isPartialWide = part !== undefined && (this.#partialLength === 0 || this.#isPartialWide)
    if (part === undefined) return
    this.#partialWide ??= new Int16Array(2 * frameSamples)
    this.#partialWide.set(part, 2 * this.#partialLength)
  }
}

/** µ-law's two lowest segments, some 38 dB below full scale: the pauses of speech on a telephone. */
const quietCode = 0x60

/** Whether nobody speaks in this audio. */
export function isQuiet(ulaw: Uint8Array): boolean {
  return ulaw.every((byte) => (byte & 0x7f) >= quietCode)
}
