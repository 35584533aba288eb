import { toneDetector } from '@voxkeep/wire/dtmf'
import { dice, type Dice } from './corpus-random.ts'
import { channels, type Channel } from './keypad-channels.ts'
import { addKey, addNoise, keys, music, rateHz, speech, toPcm, type ToneShape } from './keypad-sounds.ts'

export interface KeypadRow {
  readonly codec: string
  readonly condition: string
  readonly keys: number
  readonly missed: number
  /** Keys that were heard and not pressed: another one, or the same one twice. */
  readonly wrong: number
}

export interface KeypadReport {
  readonly microsecondsPerSecondOfAudio: number
  readonly rows: readonly KeypadRow[]
  readonly talkOff: readonly TalkOff[]
}

export interface TalkOff {
  readonly material: 'speech' | 'music'
  readonly hours: number
  readonly keysHeard: number
  readonly perHour: number
  /** What a secure room silences of it because it might be part of a key, its margins included. */
  readonly hiddenPercent: number
}

interface Condition {
  readonly name: string
  shape(chance: Dice): ToneShape
  readonly noiseDbm0?: number
  readonly lossPercent?: number
  /** How much louder than speech the tones are. */
  readonly overSpeechDb?: number
}

const between = (chance: Dice, from: number, to: number) =>
  from + ((to - from) * chance.below(10_001)) / 10_000
const usual = (ms: number) => () => ({ ms, dbm0: -10, twistDb: 0, off: 0 })
/** Anything that ITU-T Q.24 asks receivers to accept. */
const anyLegal = (chance: Dice): ToneShape => ({
  ms: between(chance, 40, 100),
  dbm0: between(chance, -20, -3),
  twistDb: between(chance, -8, 4),
  off: between(chance, -0.015, 0.015),
})

const conditions: readonly Condition[] = [
  { name: '40 ms', shape: usual(40) },
  { name: 'any that Q.24 accepts', shape: anyLegal },
  { name: '50 ms, noise 15 dB below', shape: usual(50), noiseDbm0: -22 },
  { name: '100 ms, 1 % of packets lost', shape: usual(100), lossPercent: 1 },
  { name: '100 ms, 5 % of packets lost', shape: usual(100), lossPercent: 5 },
  { name: '100 ms, 6 dB over speech', shape: usual(100), overSpeechDb: 6 },
  { name: '100 ms, as loud as speech', shape: usual(100), overSpeechDb: 0 },
]

/** Time between the beginnings of keys. */
const slotMs = 300
const frameSamples = 160

/** Measures what the detector misses, what it hears that nobody pressed, and what it costs. Deterministic but for the cost. */
export async function keypad(o: { readonly minutes: number; readonly keys: number }): Promise<KeypadReport> {
  const said = speech(1)
  const rows: KeypadRow[] = []
  for (const make of await channels())
    for (const condition of conditions) rows.push(missesOf(await make(), condition, o.keys, said))
  const { microseconds, talkOff } = talksOff(o.minutes)
  return { microsecondsPerSecondOfAudio: microseconds, rows, talkOff }
}

function missesOf(channel: Channel, condition: Condition, count: number, said: Int16Array): KeypadRow {
  const chance = dice(7)
  const slot = (slotMs * rateHz) / 1_000
  const audio = new Float64Array((count + 1) * slot)
  const pressed = Array.from({ length: count }, (_, i) => keys[i % keys.length] ?? '')
  if (condition.overSpeechDb !== undefined) addSpeech(audio, said, -10 - condition.overSpeechDb)
  for (const [i, key] of pressed.entries())
    addKey(audio, i * slot + 800 + chance.below(160), key, condition.shape(chance))
  if (condition.noiseDbm0 !== undefined) addNoise(audio, condition.noiseDbm0, chance)
  const heard = pressed.map(() => '')
  const detector = toneDetector({
    digit({ digit, fromSamples, toSamples }) {
      const at = Math.min(count - 1, Math.floor((fromSamples + toSamples) / 2 / slot))
      heard[at] += digit
    },
  })
  const pcm = toPcm(audio)
  for (let at = 0; at + frameSamples <= pcm.length; at += frameSamples) {
    const lost = chance.below(10_000) < 100 * (condition.lossPercent ?? 0)
    const frame = channel.pass(pcm.subarray(at, at + frameSamples), lost)
    if (frame !== undefined) detector.pushLinear(frame, at)
  }
  const missed = pressed.filter((key, i) => heard[i]?.includes(key) !== true).length
  const wrong = pressed.reduce((sum, key, i) => sum + (heard[i] ?? '').replace(key, '').length, 0)
  return { codec: channel.codec, condition: condition.name, keys: count, missed, wrong }
}

/** Speech whose syllables are, in the mean of the loud half of them, at a level. */
function addSpeech(audio: Float64Array, said: Int16Array, dbm0: number): void {
  const rms = Math.sqrt(said.reduce((sum, sample) => sum + sample * sample, 0) / said.length)
  // Two tones of one level have the power of one that is 3 dB louder.
  const gain = (22_300 * 10 ** ((dbm0 + 3) / 20)) / Math.SQRT2 / (rms * Math.SQRT2)
  for (let i = 0; i < audio.length; i += 1) audio[i] = (audio[i] ?? 0) + gain * (said[i % said.length] ?? 0)
}

/** Margins of what a secure room hides around what may be part of a key. */
const marginSamples = (12 * rateHz) / 1_000

function talksOff(minutes: number): { microseconds: number; talkOff: TalkOff[] } {
  let [nanoseconds, samples] = [0n, 0]
  const talkOff = (['speech', 'music'] as const).map((material): TalkOff => {
    let [heard, hidden, total] = [0, 0, 0]
    for (let seed = 100; total < minutes * 60 * rateHz; seed += 1) {
      const audio = material === 'speech' ? speech(seed) : music(seed)
      const covered = new Uint8Array(audio.length)
      const detector = toneDetector({
        digit: () => (heard += 1),
        suspect: (from, to) => covered.fill(1, Math.max(0, from - marginSamples), to + marginSamples),
      })
      const before = process.hrtime.bigint()
      for (let at = 0; at + frameSamples <= audio.length; at += frameSamples)
        detector.pushLinear(audio.subarray(at, at + frameSamples), at)
      nanoseconds += process.hrtime.bigint() - before
      for (const each of covered) hidden += each
      total += audio.length
    }
    samples += total
    const hours = total / rateHz / 3_600
    return {
      material,
      hours: rounded(hours),
      keysHeard: heard,
      perHour: rounded(heard / hours),
      hiddenPercent: rounded((100 * hidden) / total),
    }
  })
  return { microseconds: Math.round(Number(nanoseconds) / 1_000 / (samples / rateHz)), talkOff }
}

const rounded = (value: number) => Math.round(value * 100) / 100
