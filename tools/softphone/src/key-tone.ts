import type { DtmfDigit } from '@voxkeep/wire/dtmf'

const rowsHz = [697, 770, 852, 941] as const
const columnsHz = [1_209, 1_336, 1_477, 1_633] as const
const keypad = ['123A', '456B', '789C', '*0#D']
const peak = 5_000 // −13 dBm0 each, as a telephone's

/** The two tones of a key as a telephone plays them into its audio (ITU-T Q.23): 16-bit at 8 kHz. */
export function keyTone(digit: DtmfDigit, durationMs: number): Int16Array {
  const row = keypad.findIndex((keys) => keys.includes(digit))
  const [low, high] = [rowsHz[row] ?? 0, columnsHz[keypad[row]?.indexOf(digit) ?? -1] ?? 0]
  return Int16Array.from({ length: durationMs * 8 }, (_, at) => {
    const angle = (2 * Math.PI * at) / 8_000
    return Math.round(peak * (Math.sin(low * angle) + Math.sin(high * angle)))
  })
}
