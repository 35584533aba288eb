import { encodeUlaw } from '@voxkeep/wire/g711'
import { toneDetector, type ToneDigit } from './tone-detector.ts'

/** For tests: audio with keys in it, as 16-bit samples at 8 kHz. */
export interface KeyTone {
  readonly digit: string
  readonly ms: number
  /** Of the lower tone, and how much stronger the upper one is. */
  readonly dbm0?: number
  readonly twistDb?: number
  /** By how much either frequency is wrong, as a ratio. */
  readonly rowOff?: number
  readonly columnOff?: number
}

const keypad = ['123A', '456B', '789C', '*0#D']
const rows = [697, 770, 852, 941]
const columns = [1_209, 1_336, 1_477, 1_633]
export const allKeys = '1234567890*#ABCD'
const zeroDbm0Peak = 22_300

export function peakOf(dbm0: number): number {
  return zeroDbm0Peak * 10 ** (dbm0 / 20)
}

export function toneOf(key: KeyTone): Float64Array {
  const { digit, ms, dbm0 = -10, twistDb = 0, rowOff = 0, columnOff = 0 } = key
  const row = keypad.findIndex((each) => each.includes(digit))
  const low = (rows[row] ?? 0) * (1 + rowOff)
  const high = (columns[keypad[row]?.indexOf(digit) ?? -1] ?? 0) * (1 + columnOff)
  const [a, b] = [peakOf(dbm0), peakOf(dbm0 + twistDb)]
  return Float64Array.from({ length: Math.round(ms * 8) }, (_, i) => {
    const angle = (2 * Math.PI * i) / 8_000
    return a * Math.sin(low * angle) + b * Math.sin(high * angle + 0.7)
  })
}

export function pauseOf(ms: number): Float64Array {
  return new Float64Array(Math.round(ms * 8))
}

export function joined(...parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Numbers from 0 to 1 that come again with the same seed (Park and Miller's generator). */
export function random(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** White noise of a level, added to `audio` in a copy. */
export function noisy(audio: Float64Array, dbm0: number, next: () => number): Float64Array {
  const rms = peakOf(dbm0) / Math.SQRT2
  return audio.map((sample) => {
    const gaussian = Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())
    return sample + rms * gaussian
  })
}

export function toPcm(audio: Float64Array): Int16Array {
  return Int16Array.from(audio, (sample) => Math.max(-32_124, Math.min(32_124, Math.round(sample))))
}

export function toUlaw(audio: Float64Array): Uint8Array {
  return encodeUlaw(toPcm(audio), new Uint8Array(audio.length))
}

/** What a detector finds in the audio, fed in frames of 20 ms, with silence behind it. */
export function heard(audio: Float64Array): ToneDigit[] {
  const digits: ToneDigit[] = []
  const detector = toneDetector({ digit: (digit) => digits.push(digit) })
  const ulaw = toUlaw(joined(audio, pauseOf(100)))
  for (let at = 0; at < ulaw.length; at += 160) detector.push(ulaw.subarray(at, at + 160), at)
  return digits
}

export function keysOf(audio: Float64Array): string {
  return heard(audio)
    .map(({ digit }) => digit)
    .join('')
}
