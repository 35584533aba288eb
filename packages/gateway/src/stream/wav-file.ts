import { decodeAlaw, decodeUlaw } from '@voxkeep/wire/g711'
import { encodeL16 } from '@voxkeep/wire/l16'
import { halver } from '@voxkeep/wire/resample'
import { parseWav, type Wav } from '@voxkeep/wire/wav'
import { decoder, type Said } from './wire-audio.ts'

const rates = [8_000, 16_000, 24_000] as const
/** Over all channels: 10 s at 24 kHz. They are converted in one turn of a thread that has other calls to serve: 10 ms, 20 where the wide band is kept. */
const maxSamples = 240_000

/**
 * What a WAV file says, in fresh memory: 16 bits, µ-law or A-law; one channel or two, of which the mean is taken; 8, 16, 24 or 48 kHz, which the wires'
 * own filters convert. undefined: it is another, none at all, or too long. Never throws.
 */
export function wavAudio(bytes: Uint8Array, keepsWide: boolean): Said | undefined {
  const wav = parseWav(bytes)
  if ('error' in wav || wav.channels > 2) return undefined
  const isDouble = wav.sampleRateHz === 48_000
  const rateHz = rates.find((rate) => rate === (isDouble ? 24_000 : wav.sampleRateHz))
  const all = rateHz === undefined ? undefined : linear(wav)
  if (all === undefined || rateHz === undefined) return undefined
  const mono = wav.channels === 2 ? meanOfTwo(all) : all
  const samples = isDouble ? halver().process(mono, new Int16Array(mono.length >> 1)) : mono
  return decoder(
    { encoding: 's16be', rateHz },
    keepsWide,
  )(encodeL16(samples, new Uint8Array(2 * samples.length)))
}

function linear({ format, data }: Wav): Int16Array | undefined {
  const length = format === 'pcm16' ? data.length / 2 : data.length
  if (length > maxSamples) return undefined
  switch (format) {
    case 'pcm16':
      return littleEndian(data)
    case 'ulaw':
      return decodeUlaw(data, new Int16Array(length))
    case 'alaw':
      return decodeAlaw(data, new Int16Array(length))
    case 'pcm8':
    case 'pcm24':
    case 'float32':
      return undefined
  }
}

function littleEndian(data: Uint8Array): Int16Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const samples = new Int16Array(data.length / 2)
  for (let at = 0; at < samples.length; at += 1) samples[at] = view.getInt16(2 * at, true)
  return samples
}

function meanOfTwo(all: Int16Array): Int16Array {
  const mono = new Int16Array(all.length >> 1)
  for (let at = 0; at < mono.length; at += 1)
    mono[at] = Math.round(((all[2 * at] ?? 0) + (all[2 * at + 1] ?? 0)) / 2)
  return mono
}
