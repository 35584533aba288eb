import { decodeUlaw } from '@voxkeep/wire/g711'

/** Tells speech from the silence and the noise between it, a piece of µ-law at a time. */
export interface SilenceMeter {
  /** Whether somebody speaks in this piece; borrowed. */
  speaks(ulaw: Uint8Array): boolean
}

/** Below this nobody speaks, whatever the line's noise is; 0 dB is a full-scale sine. */
const quietDb = -50
/** Speech stands out of the noise before it by as much. */
const aboveNoiseDb = 9
/** Noise that grows is noise still, at this pace; speech falls back to it in every pause. */
const riseDbPerSecond = 4
const samplesPerSecond = 8_000
const silentDb = -90

export function silenceMeter(): SilenceMeter {
  let noiseDb = quietDb
  let pcm = new Int16Array(800)
  return {
    speaks(ulaw) {
      if (ulaw.length === 0) return false
      if (pcm.length < ulaw.length) pcm = new Int16Array(ulaw.length)
      const level = levelDb(decodeUlaw(ulaw, pcm.subarray(0, ulaw.length)))
      const isSpeech = level > quietDb && level > noiseDb + aboveNoiseDb
      const risen = noiseDb + (riseDbPerSecond * ulaw.length) / samplesPerSecond
      noiseDb = Math.max(silentDb, Math.min(level, risen))
      return isSpeech
    },
  }
}

/** Against a sine at full scale. */
function levelDb(samples: Int16Array): number {
  let energy = 0
  for (const sample of samples) energy += sample * sample
  return Math.max(silentDb, 10 * Math.log10((2 * energy) / samples.length / 32_124 ** 2 + 1e-12))
}
