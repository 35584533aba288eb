import { decodeUlaw, encodeUlaw } from '@voxkeep/wire/g711'

/** Louder or softer by so many decibels: µ-law in fresh memory. */
export function applyGain(ulaw: Uint8Array, gainDb: number): Uint8Array {
  const samples = decodeUlaw(ulaw, new Int16Array(ulaw.length))
  const factor = 10 ** (gainDb / 20)
  const louder = samples.map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * factor))))
  return encodeUlaw(louder, new Uint8Array(louder.length))
}
