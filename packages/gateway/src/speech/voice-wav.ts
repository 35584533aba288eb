import { decodeUlaw } from '@voxkeep/wire/g711'
import { serializeWav } from '@voxkeep/wire/wav'

/** A WAV file of 16-bit samples at 8 kHz, in fresh memory that the caller zeroes; no other copy is left. */
export function voiceWav(ulaw: Uint8Array): Uint8Array {
  const samples = decodeUlaw(ulaw, new Int16Array(ulaw.length))
  const data = new Uint8Array(samples.buffer)
  const wav = serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data })
  data.fill(0)
  return wav
}
