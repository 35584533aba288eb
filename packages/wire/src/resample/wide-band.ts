import { doubler, halver, type Resampler } from './half-band.ts'
import { threeToTwo, twoToThree } from './rational.ts'
import { thirder, tripler } from './third-band.ts'

/** A rate that can carry more than a telephone's band. */
export type WideRateHz = 16_000 | 24_000

const narrowHz = 8_000
const halfMs = 16 // 1 ms at 16 kHz
const fadeMs = 1
/** From the first sample of a wide stretch on, until the filters know nothing of what was before it. */
const warmMs = 3
/** What a filter at 8 kHz remembers, and 4 ms: the shortest piece that can fade. */
const narrowHistory = 32

/** Makes 8 kHz and 16 kHz of audio at a wide rate, the one as late as the other: 2 ms. */
export interface BandSplitter {
  /** Into `narrow`, and into `wide` twice as many samples. Takes a multiple of the ratio of the rates, and leaves out what is more. */
  process(samples: Int16Array, narrow: Int16Array, wide: Int16Array): void
}

export function bandSplitter(rateHz: WideRateHz): BandSplitter {
  const [lower, keeper] = rateHz === 16_000 ? [halver(), delay(2 * halfMs)] : [thirder(), threeToTwoLate()]
  return {
    process(samples, narrow, wide) {
      lower.process(samples, narrow)
      keeper.process(samples, wide)
    },
  }
}

/**
 * Makes a wide rate of 8 kHz, and of 16 kHz wherever somebody has that too. Where it comes and goes the one fades into the other within 1 ms:
 * both are as late, so that nothing is heard of it but the band.
 */
export interface BandJoiner {
  /** `wide` is the same time as `narrow`; it is only looked at in pieces of 4 ms and more. Returns the part of `out` that was written. */
  process(narrow: Int16Array, wide: Int16Array | undefined, out: Int16Array): Int16Array
}

export function bandJoiner(rateHz: WideRateHz): BandJoiner {
  const ratio = rateHz / narrowHz
  const fade = (rateHz / 1_000) * fadeMs
  const warm = (rateHz / 1_000) * warmMs
  const higher = rateHz === 16_000 ? doubler() : tripler()
  const recent = new Int16Array(narrowHistory)
  let keeper: Resampler | undefined
  let scratch = new Int16Array(0)
  let wasWide = false

  function widely(wide: Int16Array, out: Int16Array): Int16Array {
    keeper ??= rateHz === 16_000 ? delay(2 * halfMs) : twoToThreeLate()
    return keeper.process(wide, out)
  }

  function room(length: number): Int16Array {
    if (scratch.length < length) scratch = new Int16Array(length)
    return scratch.subarray(0, length)
  }

  function toWide(narrow: Int16Array, wide: Int16Array, out: Int16Array): Int16Array {
    const made = higher.process(narrow, out)
    const other = widely(wide, room(made.length))
    blend(made, other, made, warm, fade)
    made.set(other.subarray(warm + fade), warm + fade)
    return made
  }

  function toNarrow(narrow: Int16Array, out: Int16Array): Int16Array {
    higher.process(recent, room(ratio * narrowHistory)) // as if it had heard what was wide
    const made = higher.process(narrow, out)
    const other = widely(new Int16Array(2 * narrow.length), room(made.length))
    blend(other, made, made, 0, Math.min(fade, made.length))
    return made
  }

  return {
    process(narrow, given, out) {
      const isLong = narrow.length >= narrowHistory
      const wide = isLong && given?.length === 2 * narrow.length ? given : undefined
      const before = wasWide
      wasWide = wide !== undefined
      if (wide === undefined) return before ? toNarrow(narrow, out) : higher.process(narrow, out)
      recent.set(narrow.subarray(-narrowHistory))
      return before ? widely(wide, out) : toWide(narrow, wide, out)
    },
  }
}

/** From one into the other, `length` samples long. */
function blend(one: Int16Array, other: Int16Array, out: Int16Array, start: number, length: number): void {
  for (let i = 0; i < length; i += 1) {
    const share = (i + 1) / (length + 1)
    const at = start + i
    out[at] = Math.round((one[at] ?? 0) * (1 - share) + (other[at] ?? 0) * share)
  }
}

function threeToTwoLate(): Resampler {
  return inTurn(threeToTwo(), delay(halfMs))
}

function twoToThreeLate(): Resampler {
  return inTurn(delay(halfMs), twoToThree())
}

function inTurn(first: Resampler, second: Resampler): Resampler {
  let between = new Int16Array(0)
  return {
    process(samples, out) {
      if (between.length < 2 * samples.length) between = new Int16Array(2 * samples.length)
      return second.process(first.process(samples, between), out)
    },
  }
}

/** The same samples, so many later. */
function delay(late: number): Resampler {
  const kept = new Int16Array(late)
  return {
    process(samples, out) {
      const { length } = samples
      const early = Math.min(late, length)
      out.set(kept.subarray(0, early))
      out.set(samples.subarray(0, length - early), early)
      kept.copyWithin(0, early)
      kept.set(samples.subarray(length - early), late - early)
      return out.length === length ? out : out.subarray(0, length)
    },
  }
}
