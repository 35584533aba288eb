import type { Wav } from './format.ts'
import { resample } from './resample.ts'
import { monoSamples } from './samples.ts'

const telephoneRateHz = 8_000

/** Any readable file as what a G.711 call carries: one channel at 8 kHz, 16-bit linear, clipped at full scale. */
export function toMono8k(wav: Wav): Int16Array {
  const narrow = resample(monoSamples(wav), wav.sampleRateHz, telephoneRateHz)
  return Int16Array.from(narrow, (sample) => Math.max(-0x8000, Math.min(0x7fff, Math.round(sample * 0x8000))))
}
