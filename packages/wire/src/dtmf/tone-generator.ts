import { encodeUlaw } from '@voxkeep/wire/g711'
import type { DtmfDigit } from './event-payload.ts'
import { toneHz } from './tone-bank.ts'

const keypad = ['123A', '456B', '789C', '*0#D']
/** −8 and −6 dBm0, the upper one stronger as lines damp it more (ITU-T Q.23 and Q.24); 0 dBm0 peaks at 22,300. */
const [lowPeak, highPeak] = [8_878, 11_176]
/** A tone that begins at full strength clicks, and a click is heard as all tones at once. */
const rampSamples = 16

/** A key as audio, µ-law at 8 kHz, of fresh memory; `undefined` when `digit` is no key. */
export function keyTone(digit: DtmfDigit, samples: number): Uint8Array | undefined {
  const row = keypad.findIndex((keys) => digit.length === 1 && keys.includes(digit))
  const column = keypad[row]?.indexOf(digit) ?? -1
  const [low, high] = [toneHz[row], toneHz[keypad.length + column]]
  if (column === -1 || low === undefined || high === undefined) return undefined
  const pcm = Int16Array.from({ length: samples }, (_, at) => {
    const gain = Math.min(1, (at + 1) / rampSamples, (samples - at) / rampSamples)
    const angle = (2 * Math.PI * at) / 8_000
    return Math.round(gain * (lowPeak * Math.sin(low * angle) + highPeak * Math.sin(high * angle)))
  })
  return encodeUlaw(pcm, new Uint8Array(samples))
}
