import type { Entry } from './lexicon.ts'

/**
 * Known words by a hash of their letters, so that a word of a text is found without a string being made of it. Fixed once it is made: nothing of a text stays in it.
 */
export interface WordTable {
  readonly words: readonly string[]
  readonly entries: readonly Entry[]
  /** Index of a word and one more, by hash; linear probing. */
  readonly slots: Int32Array
}

/** One letter more. `code` is in lower case. */
export function addToHash(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0
}

function place(hash: number, size: number): number {
  return (hash ^ (hash >>> 15)) & (size - 1)
}

function isAscii(word: string): boolean {
  for (let at = 0; at < word.length; at += 1) if (word.charCodeAt(at) > 127) return false
  return true
}

export function wordTable(entries: ReadonlyMap<string, Entry>): WordTable {
  const known = [...entries].filter(([word]) => isAscii(word))
  let size = 64
  while (size < known.length * 4) size *= 2
  const slots = new Int32Array(size)
  known.forEach(([word], index) => {
    let hash = 0
    for (let at = 0; at < word.length; at += 1) hash = addToHash(hash, word.charCodeAt(at))
    let slot = place(hash, size)
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1)
    slots[slot] = index + 1
  })
  return { words: known.map(([word]) => word), entries: known.map(([, entry]) => entry), slots }
}

/** Letters and apostrophes from `start` on are `word`, whatever their case. */
function matches(text: string, start: number, word: string): boolean {
  for (let at = 0; at < word.length; at += 1)
    if ((text.charCodeAt(start + at) | 32) !== word.charCodeAt(at)) return false
  return true
}

/** Index of the word that stands in the text from `start` to `end`, all ASCII letters and apostrophes; -1 if it is not known. */
export function findWord(table: WordTable, hash: number, text: string, start: number, end: number): number {
  const { slots, words } = table
  for (let slot = place(hash, slots.length); ; slot = (slot + 1) & (slots.length - 1)) {
    const index = (slots[slot] ?? 0) - 1
    if (index < 0) return -1
    const word = words[index] ?? ''
    if (word.length === end - start && matches(text, start, word)) return index
  }
}
