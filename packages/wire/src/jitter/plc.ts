/**
 * Conceals lost frames of telephone speech by repeating its last pitch period, in the manner of ITU-T G.711
 * Appendix I: the seam is blended, and the repetition fades to silence within 60 ms.
 */
export interface Concealer {
  /** Takes a frame that arrived. The first after a loss is blended in place with the concealment before it. */
  good(frame: Int16Array): void
  /** Fills `out` in place of a frame that did not arrive. */
  conceal(out: Int16Array): void
}

const minPitchMs = 5 // 200 Hz
const maxPitchMs = 15 // 66 Hz
const compareMs = 20
const blendMs = 4
const fullMs = 10 // before the fade begins
const silentMs = 60

export function plc(options: { readonly clockRateHz?: number } = {}): Concealer {
  const samplesPerMs = (options.clockRateHz ?? 8_000) / 1_000
  const minPitch = minPitchMs * samplesPerMs
  const maxPitch = maxPitchMs * samplesPerMs
  const blend = blendMs * samplesPerMs
  /** The most recent samples heard; long enough to compare the last 20 ms with those up to one pitch earlier. */
  const history = new Float64Array((compareMs + maxPitchMs) * samplesPerMs)
  let period: Float64Array = new Float64Array(0)
  /** Samples concealed since the last good frame. */
  let concealed = 0

  const gain = (at: number): number => {
    const ms = at / samplesPerMs
    return ms < fullMs ? 1 : Math.max(0, 1 - (ms - fullMs) / (silentMs - fullMs))
  }

  function nextConcealed(): number {
    const sample = (period[concealed % period.length] ?? 0) * gain(concealed)
    concealed += 1
    return sample
  }

  function remember(frame: Int16Array): void {
    if (frame.length < history.length) history.copyWithin(0, frame.length)
    const kept = frame.subarray(Math.max(0, frame.length - history.length))
    history.set(kept, history.length - kept.length)
  }

  return {
    good(frame) {
      if (concealed > 0) {
        const length = Math.min(blend, frame.length)
        for (let i = 0; i < length; i += 1) {
          const share = (i + 1) / (length + 1)
          frame[i] = clip((frame[i] ?? 0) * share + nextConcealed() * (1 - share))
        }
        concealed = 0
      }
      remember(frame)
    },

    conceal(out) {
      if (concealed === 0) period = pitchPeriod(history, minPitch, maxPitch, blend)
      for (let i = 0; i < out.length; i += 1) out[i] = clip(nextConcealed())
    },
  }
}

/** The last pitch period, its end blended into what came before its start, so that it repeats without a click. */
function pitchPeriod(history: Float64Array, minPitch: number, maxPitch: number, blend: number): Float64Array {
  const lag = bestLag(history, minPitch, maxPitch)
  const start = history.length - lag
  const period = history.slice(start)
  const length = Math.min(blend, Math.floor(lag / 4))
  for (let i = 0; i < length; i += 1) {
    const share = (i + 1) / (length + 1)
    const at = lag - length + i
    period[at] = (period[at] ?? 0) * (1 - share) + (history[start - length + i] ?? 0) * share
  }
  return period
}

/** The lag at which the last 20 ms are most like the samples before: normalized cross-correlation. */
function bestLag(history: Float64Array, minPitch: number, maxPitch: number): number {
  const length = history.length - maxPitch
  const start = maxPitch
  let best = maxPitch
  let bestScore = -Infinity
  for (let lag = minPitch; lag <= maxPitch; lag += 1) {
    let product = 0
    let energy = 1 // keeps silence from dividing by zero
    for (let i = 0; i < length; i += 1) {
      const earlier = history[start - lag + i] ?? 0
      product += (history[start + i] ?? 0) * earlier
      energy += earlier * earlier
    }
    const score = product / Math.sqrt(energy)
    if (score > bestScore) {
      bestScore = score
      best = lag
    }
  }
  return best
}

function clip(sample: number): number {
  return Math.max(-0x8000, Math.min(0x7fff, Math.round(sample)))
}
