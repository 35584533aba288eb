import { decodeUlaw } from '@voxkeep/wire/g711'

/** Audio in which each 20 ms carries its number, so that a single one that is lost, doubled or misplaced shows. */
export interface NumberedSpeech {
  /** For a softphone; goes on for ever. */
  readonly speech: () => Int16Array
}

const frameSamples = 160
const magic = [0x5a, 0xc3, 0x3c] as const
const nibbles = 6
const markBytes = magic.length + nibbles

export function numberedSpeech(): NumberedSpeech {
  let number = 0
  return {
    speech() {
      const ulaw = new Uint8Array(frameSamples).map((_, index) => (index % 16 < 8 ? 0xdf : 0x5f))
      write(ulaw, number++)
      return decodeUlaw(ulaw, new Int16Array(frameSamples))
    },
  }
}

/** One digit of four bits a byte, since not every byte of µ-law survives being decoded and encoded. */
function write(ulaw: Uint8Array, number: number): void {
  ulaw.set(magic)
  for (let index = 0; index < nibbles; index += 1)
    ulaw[magic.length + index] = 0xa0 | ((number >>> (4 * (nibbles - 1 - index))) & 0xf)
}

/** The numbers in µ-law audio, in the order they are heard. */
export function numbersIn(ulaw: Uint8Array): number[] {
  const numbers: number[] = []
  for (let at = 0; at + markBytes <= ulaw.length; at += 1) {
    if (magic.every((byte, index) => ulaw[at + index] === byte)) numbers.push(readNumber(ulaw, at))
  }
  return numbers
}

function readNumber(ulaw: Uint8Array, at: number): number {
  const digits = ulaw.subarray(at + magic.length, at + markBytes)
  return digits.reduce((number, byte) => number * 16 + (byte & 0xf), 0)
}

/** How many numbers are missing between the first and the last, and how many come again or too late. */
export function gapsIn(numbers: readonly number[]): { missing: number; disordered: number } {
  const first = numbers[0] ?? 0
  const last = numbers.reduce((highest, number) => Math.max(highest, number), first)
  const disordered = numbers.filter(
    (number, index) => index > 0 && number <= (numbers[index - 1] ?? 0),
  ).length
  return { missing: last - first + 1 - new Set(numbers).size, disordered }
}
