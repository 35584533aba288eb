import { execFileSync } from 'node:child_process'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import { dice, type Dice } from './corpus-random.ts'

/** Sounds that keys are looked for in, 16-bit at 8 kHz, the same on every machine where espeak-ng is. */
export const rateHz = 8_000
export const keys = '1234567890*#ABCD'

const rows = [697, 770, 852, 941] as const
const columns = [1_209, 1_336, 1_477, 1_633] as const
const keypad = ['123A', '456B', '789C', '*0#D'] as const
/** Of a sine of 0 dBm0: µ-law's loudest, 32,124, is +3.17 dBm0. */
const zeroDbm0Peak = 22_300

export interface ToneShape {
  readonly ms: number
  /** Of the lower tone, and the upper one less that. */
  readonly dbm0: number
  readonly twistDb: number
  /** Of both frequencies, as a ratio. */
  readonly off: number
}

export function peakOf(dbm0: number): number {
  return zeroDbm0Peak * 10 ** (dbm0 / 20)
}

/** Adds a key to `audio`. */
export function addKey(audio: Float64Array, at: number, key: string, shape: ToneShape): void {
  const row = keypad.findIndex((each) => each.includes(key))
  const column = keypad[row]?.indexOf(key) ?? 0
  const low = (rows[row] ?? 0) * (1 + shape.off)
  const high = (columns[column] ?? 0) * (1 + shape.off)
  const [a, b] = [peakOf(shape.dbm0), peakOf(shape.dbm0 + shape.twistDb)]
  const end = Math.min(audio.length, at + Math.round((shape.ms * rateHz) / 1_000))
  for (let i = at; i < end; i += 1) {
    const angle = (2 * Math.PI * (i - at)) / rateHz
    audio[i] = (audio[i] ?? 0) + a * Math.sin(low * angle) + b * Math.sin(high * angle + 0.7)
  }
}

/** Adds white noise of a level. */
export function addNoise(audio: Float64Array, dbm0: number, chance: Dice): void {
  const rms = peakOf(dbm0) / Math.SQRT2
  const uniform = () => (chance.below(1_000_000) + 1) / 1_000_001
  for (let i = 0; i < audio.length; i += 1) {
    const gaussian = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
    audio[i] = (audio[i] ?? 0) + rms * gaussian
  }
}

export function toPcm(audio: Float64Array): Int16Array {
  return Int16Array.from(audio, (sample) => Math.max(-32_124, Math.min(32_124, Math.round(sample))))
}

/** Debian’s package of that name has it. */
const espeak = 'espeak-ng'
const voices = [
  'en-us',
  'en-gb',
  'en-us+f2',
  'en-us+f5',
  'en-us+m3',
  'en-gb+m7',
  'de',
  'es',
  'fr',
  'it',
] as const
const words = (
  'hello yes no please thank you account number card payment order delivery address street avenue Monday Tuesday January ' +
  'my name is Margaret Halloway calling about the invoice seven seventy four oh nine fifteen two hundred thirty five dollars ' +
  'because the bank says that it left on the third of November and nobody here uses the old telephone any more really oh well ' +
  'you know how it is the weather was awful the train was late and the children would not stop singing la la la hey ooh aah ' +
  'one two three four five six seven eight nine ten eleven twelve double triple zero again wait sorry could I speak to someone'
).split(' ')

/** About a minute and a half of a voice of espeak-ng, saying words by chance, as loud as people are on a telephone (peaks at −6 dB of full scale). */
export function speech(seed: number): Int16Array {
  const chance = dice(seed)
  const text = Array.from({ length: 240 }, (_, i) => chance.pick(words) + (i % 11 === 10 ? '.' : '')).join(
    ' ',
  )
  const voice = chance.pick(voices)
  const [speed, pitch] = [120 + chance.below(80), 20 + chance.below(60)]
  const wav = execFileSync(espeak, ['-v', voice, '-s', `${speed}`, '-p', `${pitch}`, '--stdout', text], {
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const parsed = parseWav(wholeWav(wav))
  if ('error' in parsed) throw new Error(parsed.error)
  const samples = toMono8k(parsed)
  let peak = 1
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample))
  return samples.map((sample) => (sample * 16_400) / peak)
}

/** What a program writes to a pipe says no true lengths. */
function wholeWav(wav: Uint8Array): Uint8Array {
  const out = Uint8Array.from(wav)
  const view = new DataView(out.buffer)
  view.setUint32(4, out.length - 8, true)
  view.setUint32(40, out.length - 44, true)
  return out
}

const scale = [0, 2, 4, 5, 7, 9, 11] as const

/**
 * Something like music: chords of three to five voices with four harmonics each, vibrato and decay, a melody over them,
 * and strokes of noise; tuned anywhere between 430 and 450 Hz.
 */
export function music(seed: number, seconds = 60): Int16Array {
  const chance = dice(seed)
  const audio = new Float64Array(seconds * rateHz)
  const tuning = 430 + chance.below(20)
  const beat = Math.round(rateHz * (0.2 + chance.below(300) / 1_000))
  const note = () => tuning * 2 ** ((chance.pick(scale) + 12 * chance.below(3) - 12) / 12)
  for (let at = 0; at < audio.length; at += beat) {
    for (let voice = 0; voice < 3 + chance.below(3); voice += 1) {
      const hz = note()
      const [vibratoHz, depth] = [4 + chance.below(3), chance.below(6) / 1_000]
      const [length, peak] = [beat * (1 + chance.below(3)), 1_200 + chance.below(2_500)]
      for (let i = 0; i < length && at + i < audio.length; i += 1) {
        const seconds = i / rateHz
        const phase =
          2 * Math.PI * hz * (seconds + (depth * Math.sin(2 * Math.PI * vibratoHz * seconds)) / vibratoHz)
        const fade = Math.min(1, i / 80) * Math.exp((-2 * i) / length)
        let sum = 0
        for (let harmonic = 1; harmonic <= 4 && hz * harmonic < 3_600; harmonic += 1)
          sum += Math.sin(phase * harmonic) / harmonic
        audio[at + i] = (audio[at + i] ?? 0) + peak * fade * sum
      }
    }
    for (let i = 0; i < 400 && at + i < audio.length; i += 1)
      audio[at + i] = (audio[at + i] ?? 0) + (chance.below(4_000) - 2_000) * Math.exp(-i / 80)
  }
  return toPcm(audio)
}
