import { windowedSinc } from '@voxkeep/wire/resample'

/** Turns samples of one rate into 8 kHz, a piece after the other, band-limited by a Kaiser-windowed sinc. */
export interface ToTelephone {
  /** Fresh memory. What the filter still waits for comes with the next piece. */
  process(samples: Int16Array): Int16Array
  /** What the filter holds. Nothing is processed after it. */
  flush(): Int16Array
}

const telephoneHz = 8_000
/** On each side, at the lower rate: 3.4 kHz passes, and what would fold back is 60 dB down. */
const zeroCrossings = 24
const cutoff = 0.91
const kaiserBeta = 6
/** More phases than this are rates that nothing uses; they are computed as they come. */
const maxPhases = 1_000

/** @param fromHz - 8,000 to 48,000. */
export function toTelephone(fromHz: number): ToTelephone {
  const gcd = commonDivisor(fromHz, telephoneHz)
  const [up, down] = [telephoneHz / gcd, fromHz / gcd]
  const crossingsPerSample = cutoff * Math.min(1, telephoneHz / fromHz)
  const half = Math.ceil(zeroCrossings / crossingsPerSample)
  const tapsOf = phases(up, half, crossingsPerSample)
  /** What is not done with yet; `firstIndex` of all samples is its first. */
  let held = new Float32Array(half) // silence before the first sample
  let firstIndex = -half
  let next = 0

  function run(until: number): Int16Array {
    const out: number[] = []
    for (; ; next += 1) {
      const place = next * down
      const centre = Math.floor(place / up)
      if (centre >= until) break
      const taps = tapsOf(place % up)
      const from = centre - half + 1 - firstIndex
      let sum = 0
      for (let at = 0; at < taps.length; at += 1) sum += (taps[at] ?? 0) * (held[from + at] ?? 0)
      out.push(Math.max(-32_768, Math.min(32_767, Math.round(sum))))
    }
    return Int16Array.from(out)
  }
  return {
    process(samples) {
      if (fromHz === telephoneHz) return samples.slice()
      const joined = new Float32Array(held.length + samples.length)
      joined.set(held)
      joined.set(samples, held.length)
      held = joined
      const out = run(firstIndex + held.length - half)
      const needed = Math.max(0, Math.floor((next * down) / up) - half + 1 - firstIndex)
      held = held.slice(Math.min(needed, held.length))
      firstIndex += Math.min(needed, joined.length)
      return out
    },
    flush() {
      if (fromHz === telephoneHz) return new Int16Array()
      return run(firstIndex + held.length)
    },
  }
}

/** The filter for each fraction of a sample that an output may fall on. */
function phases(up: number, half: number, crossingsPerSample: number): (phase: number) => Float32Array {
  const made: (Float32Array | undefined)[] = []
  const make = (phase: number) => {
    const taps = Float32Array.from({ length: 2 * half }, (_, at) =>
      windowedSinc((at - half + 1 - phase / up) * crossingsPerSample, zeroCrossings, kaiserBeta),
    )
    const sum = taps.reduce((total, tap) => total + tap, 0)
    return taps.map((tap) => tap / sum)
  }
  return (phase) => (up > maxPhases ? make(phase) : (made[phase] ??= make(phase)))
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}
