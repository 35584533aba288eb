import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { frameSamples, samplesPerMs } from './caller-track.ts'

/** Stretches of a leg's timeline that are taken out of its audio before anybody hears it. */
export interface KeyMask {
  /** From here to there nothing of the audio is left; stretches may overlap, and may grow until their frames are applied. */
  hide(fromSamples: number, toSamples: number): void
  /** Takes what is hidden out of the frame, in place. Frames come in order; one that nothing touches stays bit for bit. */
  apply(ulaw: Uint8Array, positionSamples: number): void
  /** What takes the place of what is hidden from here on. */
  turn(mask: 'silence' | 'beep'): void
}

interface Stretch {
  from: number
  to: number
}

/** What is left fades out and in, so that the cut is not heard as a click. It fades outside: inside nothing is left. */
const fadeSamples = 2 * samplesPerMs
/** Between two stretches so close nothing is let through: it would be a chirp. */
const mergeSamples = 20 * samplesPerMs
/** More stretches than keys can be pressed in a delay line's time: then all between them is hidden. */
const maxStretches = 16
/** The beep that takes a key's place: far from the eight frequencies, −22 dBm0. */
const beepHz = 400
const beepPeak = 1_770

export function keyMask(first: 'silence' | 'beep'): KeyMask {
  let mask = first
  const stretches: Stretch[] = []
  const pcm = new Int16Array(frameSamples)

  function hide(from: number, to: number): void {
    if (to <= from) return
    let [low, high] = [from, to]
    for (let i = stretches.length - 1; i >= 0; i -= 1) {
      const each = stretches[i] as Stretch
      const isFar = each.to + mergeSamples < low || each.from - mergeSamples > high
      if (isFar && stretches.length < maxStretches) continue
      low = Math.min(low, each.from)
      high = Math.max(high, each.to)
      stretches.splice(i, 1)
    }
    stretches.push({ from: low, to: high })
  }

  /** What is left of a sample: 0 inside a stretch, 1 away from all of them. */
  function gainAt(position: number): number {
    let gain = 1
    for (const { from, to } of stretches) {
      const distance = position < from ? from - position : position >= to ? position - to + 1 : 0
      gain = Math.min(gain, distance / (fadeSamples + 1))
    }
    return gain
  }

  function beepAt(position: number): number {
    for (const { from, to } of stretches) {
      if (position < from || position >= to) continue
      const rise = Math.min(1, (position - from) / fadeSamples, (to - position) / fadeSamples)
      return rise * beepPeak * Math.sin((2 * Math.PI * beepHz * position) / (1_000 * samplesPerMs))
    }
    return 0
  }

  function isTouched(from: number, to: number): boolean {
    return stretches.some((each) => each.from - fadeSamples < to && each.to + fadeSamples > from)
  }

  /** Stretches that no later frame reaches. */
  function forget(before: number): void {
    for (let i = stretches.length - 1; i >= 0; i -= 1) {
      if ((stretches[i]?.to ?? 0) + fadeSamples <= before) stretches.splice(i, 1)
    }
  }

  return {
    hide,
    apply(ulaw, position) {
      if (isTouched(position, position + ulaw.length)) {
        const samples = decodeUlaw(ulaw, pcm.subarray(0, ulaw.length))
        for (let i = 0; i < ulaw.length; i += 1) {
          const tone = mask === 'beep' ? beepAt(position + i) : 0
          samples[i] = Math.round((samples[i] ?? 0) * gainAt(position + i) + tone)
        }
        encodeUlaw(samples, ulaw)
        pcm.fill(0)
      }
      forget(position + ulaw.length)
    },
    turn: (next) => void (mask = next),
  }
}
