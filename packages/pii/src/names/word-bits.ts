import { addToHash } from '#words'

/** Words with their bits, found by where they stand in a text and the hash that `scan` made: no string is made or hashed for it. */
export interface WordBits {
  readonly words: readonly string[]
  readonly bits: Int32Array
  /** Pairs of a word's hash and its index and one more; linear probing. */
  readonly slots: Int32Array
  /** How far a mixed hash is shifted down to a pair. */
  readonly shift: number
}

/** Fibonacci hashing: words that differ in their last letter do not lie side by side. */
function place(hash: number, shift: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> shift
}

function hashOf(word: string): number {
  let hash = 0
  for (let at = 0; at < word.length; at += 1) hash = addToHash(hash, word.charCodeAt(at))
  return hash
}

/** Takes words of small ASCII letters and apostrophes; the others are left out. */
export function wordBits(all: ReadonlyMap<string, number>): WordBits {
  const known = [...all].filter(([word]) => /^[a-z']+$/.test(word))
  let shift = 26
  while (1 << (32 - shift) < known.length * 2) shift -= 1
  const size = 1 << (32 - shift)
  const slots = new Int32Array(2 * size)
  known.forEach(([word], index) => {
    const hash = hashOf(word)
    let pair = place(hash, shift)
    while (slots[2 * pair + 1] !== 0) pair = (pair + 1) & (size - 1)
    slots[2 * pair] = hash
    slots[2 * pair + 1] = index + 1
  })
  return {
    words: known.map(([word]) => word),
    bits: Int32Array.from(known, ([, bits]) => bits),
    slots,
    shift,
  }
}

/** Bits of the word from `start` to `end`, all ASCII letters and apostrophes, in whatever case; 0 if it is not known. */
export function findBits(
  { words, bits, slots, shift }: WordBits,
  hash: number,
  text: string,
  start: number,
  end: number,
): number {
  const mask = (slots.length >> 1) - 1
  for (let pair = place(hash, shift); ; pair = (pair + 1) & mask) {
    const index = slots[2 * pair + 1]! - 1
    if (index < 0) return 0
    if (slots[2 * pair] !== hash) continue
    const word = words[index]!
    if (word.length === end - start && isAt(text, start, word)) return bits[index]!
  }
}

function isAt(text: string, start: number, word: string): boolean {
  for (let at = 0; at < word.length; at += 1)
    if ((text.charCodeAt(start + at) | 32) !== word.charCodeAt(at)) return false
  return true
}
