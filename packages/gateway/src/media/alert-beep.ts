import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { frameSamples, samplesPerMs } from './caller-track.ts'

/** A short tone over what a leg hears, a frame at a time. */
export interface AlertBeep {
  /** Sounds from the next frame on; one that sounds already goes on. */
  start(): void
  /** Adds what is due to the next 20 ms of µ-law, in place. */
  mix(ulaw: Uint8Array): void
  readonly isOn: boolean
}

const toneHz = 1_400
const lengthSamples = 200 * samplesPerMs
const rampSamples = 5 * samplesPerMs
/** −18 dBm0: µ-law's loudest sine, which peaks at 32,124, is +3.17 dBm0. */
const peak = 2_808

export function alertBeep(): AlertBeep {
  const pcm = new Int16Array(frameSamples)
  let at = lengthSamples

  return {
    start() {
      if (at >= lengthSamples) at = 0
    },
    mix(ulaw) {
      if (at >= lengthSamples) return
      const samples = decodeUlaw(ulaw, pcm.subarray(0, ulaw.length))
      for (let i = 0; i < samples.length && at < lengthSamples; i += 1, at += 1) {
        const gain = Math.min(1, at / rampSamples, (lengthSamples - at) / rampSamples)
        const sum =
          (samples[i] ?? 0) + gain * peak * Math.sin((2 * Math.PI * toneHz * at) / (1_000 * samplesPerMs))
        samples[i] = Math.max(-32_124, Math.min(32_124, Math.round(sum)))
      }
      encodeUlaw(samples, ulaw)
    },
    get isOn() {
      return at < lengthSamples
    },
  }
}
