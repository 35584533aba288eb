import { encodeUlaw } from '@voxkeep/wire/g711'

const sampleRateHz = 8_000
/** What a caller in North America hears while it rings: 440 and 480 Hz for two seconds in six (ITU-T E.180). */
const ringback = { hz: [440, 480], onMs: 2_000, offMs: 4_000 }
/** Each of the two about 19 dB below full scale, as exchanges send it. */
const amplitude = 3_600
/** A tone that begins or ends at once clicks. */
const fadeMs = 5

/** What says that from now on somebody is recorded. */
export const messageBeep: Uint8Array = makeTone({ hz: [1_000], onMs: 400, offMs: 20 })

/** One round of the ringback tone, µ-law 8 kHz, to be played over and over. */
export const ringbackTone: Uint8Array = makeTone(ringback)

function makeTone(tone: { hz: readonly number[]; onMs: number; offMs: number }): Uint8Array {
  const onSamples = (tone.onMs * sampleRateHz) / 1_000
  const samples = new Int16Array(onSamples + (tone.offMs * sampleRateHz) / 1_000)
  const fadeSamples = (fadeMs * sampleRateHz) / 1_000
  for (let at = 0; at < onSamples; at++) {
    const fade = Math.min(1, at / fadeSamples, (onSamples - at) / fadeSamples)
    const sum = tone.hz.reduce((sound, hz) => sound + Math.sin((2 * Math.PI * hz * at) / sampleRateHz), 0)
    samples[at] = Math.round(amplitude * fade * sum)
  }
  return encodeUlaw(samples, new Uint8Array(samples.length))
}
