import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { doubler } from '@voxkeep/wire/resample'
import { parseWav, serializeWav, toMono8k } from '@voxkeep/wire/wav'

export const samplesPerSecond = 8_000

const callerWav = fileURLToPath(import.meta.resolve('@voxkeep/softphone/caller.wav'))

/** The first seconds of what a caller says: 8 kHz, 16-bit. */
export function spoken(seconds: number): Int16Array {
  return readSamples(callerWav).slice(0, seconds * samplesPerSecond)
}

/** The samples of any WAV file, as one channel at 8 kHz. */
export function readSamples(path: string): Int16Array {
  const wav = parseWav(readFileSync(path))
  if ('error' in wav) throw new Error(`${path}: ${wav.error}`)
  return toMono8k(wav)
}

/** Samples at a rate. */
export interface Recorded {
  readonly samples: Int16Array
  readonly rateHz: number
}

/** The first channel of a WAV file of 16 bits, at its own rate. */
export function readWhole(path: string): Recorded {
  const wav = parseWav(readFileSync(path))
  if ('error' in wav || wav.format !== 'pcm16') throw new Error(`${path}: not 16 bits`)
  const view = new DataView(wav.data.buffer, wav.data.byteOffset, wav.data.byteLength)
  const samples = Int16Array.from({ length: wav.data.byteLength / 2 / wav.channels }, (_, i) =>
    view.getInt16(2 * wav.channels * i, true),
  )
  return { samples, rateHz: wav.sampleRateHz }
}

const pauseSeconds = 1.5

/**
 * Writes a pause, in which the app's stream can begin even on a busy machine, then `samples`, then silence, so that a phone
 * that plays the file stays on the line.
 */
export function writeSpeech(path: string, samples: Int16Array, silenceSeconds: number): void {
  writeSamples(path, padded(samples, silenceSeconds), samplesPerSecond)
}

/** The same at 16 kHz, for phones that speak a wide-band codec and resample badly. */
export function writeWideSpeech(path: string, samples: Int16Array, silenceSeconds: number): void {
  const narrow = padded(samples, silenceSeconds)
  writeSamples(path, doubler().process(narrow, new Int16Array(narrow.length * 2)), 2 * samplesPerSecond)
}

/** Writes samples at 16 kHz, in the same way. */
export function writeWideSamples(path: string, samples: Int16Array, silenceSeconds: number): void {
  const rateHz = 2 * samplesPerSecond
  const all = new Int16Array(pauseSeconds * rateHz + samples.length + silenceSeconds * rateHz)
  all.set(samples, pauseSeconds * rateHz)
  writeSamples(path, all, rateHz)
}

function padded(samples: Int16Array, silenceSeconds: number): Int16Array {
  const pause = pauseSeconds * samplesPerSecond
  const all = new Int16Array(pause + samples.length + silenceSeconds * samplesPerSecond)
  all.set(samples, pause)
  return all
}

function writeSamples(path: string, samples: Int16Array, sampleRateHz: number): void {
  const data = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  writeFileSync(path, serializeWav({ format: 'pcm16', sampleRateHz, channels: 1, data }))
}
