import { decodeAlaw, decodeUlaw } from '@voxkeep/wire/g711'
import { bytesPerSample, type Wav } from './format.ts'

/** The mean of all channels, full scale ±1, in memory of its own. */
export function monoSamples(wav: Wav): Float32Array {
  const { data, channels } = wav
  const read = sampleReader(wav)
  const frames = Math.floor(data.length / (bytesPerSample[wav.format] * channels))
  const mono = new Float32Array(frames)
  for (let frame = 0; frame < frames; frame += 1) {
    let sum = 0
    for (let channel = 0; channel < channels; channel += 1) sum += read(frame * channels + channel)
    mono[frame] = sum / channels
  }
  return mono
}

/** Reads the sample at a position counted over all channels. */
function sampleReader(wav: Wav): (position: number) => number {
  const { data, format } = wav
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  switch (format) {
    case 'pcm16':
      return (i) => view.getInt16(2 * i, true) / 0x8000
    case 'pcm24':
      return (i) => ((view.getInt8(3 * i + 2) << 16) | view.getUint16(3 * i, true)) / 0x800000
    case 'pcm8':
      return (i) => (view.getUint8(i) - 0x80) / 0x80
    case 'float32':
      return (i) => finite(view.getFloat32(4 * i, true))
    case 'ulaw':
      return decoded(decodeUlaw(data, new Int16Array(data.length)))
    case 'alaw':
      return decoded(decodeAlaw(data, new Int16Array(data.length)))
  }
}

function decoded(linear: Int16Array): (position: number) => number {
  return (i) => (linear[i] ?? 0) / 0x8000
}

/** NaN or infinity in one sample would spread over the whole filter length. */
function finite(sample: number): number {
  return Number.isFinite(sample) ? Math.max(-8, Math.min(8, sample)) : 0
}
