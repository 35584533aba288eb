import { hopSamples, tones, type ToneBank } from './tone-bank.ts'

/** The strongest lower and upper tone of a short window, and what speaks for their being a key. */
export interface ToneWindow {
  /** 0 to 3 each: their place on the keypad. */
  row: number
  column: number
  /** Level of each in dBm0. */
  rowDbm0: number
  columnDbm0: number
  /** How much of all energy the two have, 0 to about 1. */
  share: number
  /** By how much they miss their frequencies, in Hz. */
  rowOffHz: number
  columnOffHz: number
  /** By how many times the power of each exceeds that of the next best of its group; the lesser of both. */
  lead: number
}

/** Looks at the last `hops` hops of a bank, an even number. */
export interface WindowReader {
  /** The same object each time. */
  read(): ToneWindow
}

const half = tones / 2
/** Peak of a sine of 0 dBm0 in 16-bit samples: µ-law's loudest, 32,124, is +3.17 dBm0 (ITU-T G.711). */
const zeroDbm0Peak = 22_300
/** A tone this far off is none of a key's, and a short window says nothing sound of how far. */
const maxOffTurns = 0.72

export function windowReader(bank: ToneBank, hops: number): WindowReader {
  const samples = hops * hopSamples
  const seconds = samples / 8_000
  const early = new Float64Array(2 * tones)
  const power = new Float64Array(tones)
  const window: ToneWindow = {
    row: 0,
    column: 0,
    rowDbm0: -120,
    columnDbm0: -120,
    share: 0,
    rowOffHz: 0,
    columnOffHz: 0,
    lead: 0,
  }

  function loudest(from: number): number {
    let best = from
    for (let tone = from + 1; tone < from + half; tone += 1)
      if ((power[tone] as number) > (power[best] as number)) best = tone
    return best
  }

  function leadOf(best: number, from: number): number {
    let next = 0
    for (let tone = from; tone < from + half; tone += 1)
      if (tone !== best) next = Math.max(next, power[tone] as number)
    return (power[best] as number) / (next + 1)
  }

  /** Whole turns by which a tone misses its frequency in this window, by how its phase differs between the halves. */
  function offTurns(tone: number): number {
    const [a, b] = [early[2 * tone] as number, early[2 * tone + 1] as number]
    const [c, d] = [bank.real[tone] as number, bank.imaginary[tone] as number]
    const turns = Math.atan2(d * a - c * b, c * a + d * b) / Math.PI
    return Math.max(-maxOffTurns, Math.min(maxOffTurns, turns))
  }

  /** Energy of a tone: what a correlation at the wrong frequency loses is made up for. */
  function energyOf(tone: number, turns: number): number {
    const angle = Math.PI * turns
    const loss = Math.abs(angle) < 1e-6 ? 1 : Math.sin(angle) / angle
    return (2 * (power[tone] as number)) / (samples * loss * loss)
  }

  const dbm0 = (energy: number) => 10 * Math.log10((2 * energy) / samples / zeroDbm0Peak ** 2 + 1e-12)

  return {
    read() {
      bank.sum(hops / 2, hops / 2)
      for (let tone = 0; tone < tones; tone += 1) {
        early[2 * tone] = bank.real[tone] as number
        early[2 * tone + 1] = bank.imaginary[tone] as number
      }
      bank.sum(hops / 2, 0)
      for (let tone = 0; tone < tones; tone += 1) {
        const real = (bank.real[tone] as number) + (early[2 * tone] as number)
        const imaginary = (bank.imaginary[tone] as number) + (early[2 * tone + 1] as number)
        power[tone] = real * real + imaginary * imaginary
      }
      const [low, high] = [loudest(0), loudest(half)]
      const [lowTurns, highTurns] = [offTurns(low), offTurns(high)]
      const [lowEnergy, highEnergy] = [energyOf(low, lowTurns), energyOf(high, highTurns)]
      window.row = low
      window.column = high - half
      window.rowDbm0 = dbm0(lowEnergy)
      window.columnDbm0 = dbm0(highEnergy)
      window.share = (lowEnergy + highEnergy) / (bank.energy(hops) + 1)
      window.rowOffHz = lowTurns / seconds
      window.columnOffHz = highTurns / seconds
      window.lead = Math.min(leadOf(low, 0), leadOf(high, half))
      return window
    },
  }
}
