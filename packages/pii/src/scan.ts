import { apostrophe, classOf, digit, fold, invisible, letter, other, separator, upper } from './characters.ts'
import type { Doc, Language, Token } from './contract.ts'
import { germanCompound } from './german-compound.ts'
import { newEntry, type Entry, type Lexicon } from './lexicon.ts'
import { addToHash, findWord } from './word-table.ts'

export { fold } from './characters.ts'

/** What the engine's own recognisers know of a text beside its tokens. */
export interface Scan extends Doc {
  /** What stands before a token: see `gapBefore`. */
  readonly gaps: Uint16Array
  /** `kindOf` of each token. */
  readonly kinds: Uint8Array
  /** `wordHash` of each word of ASCII letters and apostrophes, 0 for what is none. */
  readonly hashes: Int32Array
  /** What each token can be in the language, where the text was scanned with its words. */
  readonly entries?: readonly (Entry | undefined)[]
}

/** Bits of `Scan.kinds`. */
export const digitsOnly = 1
export const hasDigit = 2
export const capital = 4
export const allCapitals = 8

/** Values of `Scan.gaps` that are no character. A character with spaces around it is its code plus `loose`. */
export const gapMixed = 1
export const gapLine = 10
export const gapSpace = 32
export const loose = 256

const longestToken = 64 // a longer run of letters is cut here: no word of ours is, and work per token stays bounded

/** `-` for every dash there is. */
function plainMark(code: number): number {
  return (code >= 0x2010 && code <= 0x2015) || code === 0x2212
    ? 45
    : code === 0xff0b
      ? 43
      : code === 0x2019
        ? 39
        : code
}

function isBlank(code: number): boolean {
  return (
    code === 32 ||
    code === 9 ||
    code === 0xa0 ||
    code === 0x202f ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x3000
  )
}

function gapBefore(text: string, from: number, to: number): number {
  if (to - from === 1) {
    const code = text.charCodeAt(from)
    return isBlank(code) ? gapSpace : code === 13 ? gapLine : Math.min(plainMark(code), 255)
  }
  let mark = 0
  let blanks = false
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) return gapLine
    if (isBlank(code)) blanks = true
    else if (mark === 0) mark = Math.min(plainMark(code), 255)
    else mark = -1
  }
  if (mark < 0) return gapMixed
  if (mark === 0) return to === from ? 0 : gapSpace
  return blanks ? mark + loose : mark
}

const foldCase = 1
const foldAll = 2

/** One word: its end, how it must be folded and its kind, in one number (`end * 64 + fold * 16 + kind`): this is called for each word there is. Its hash goes into `hashed`. */
function readWord(text: string, start: number, splitApostrophe: boolean, hashed: Int32Array): number {
  let hash = 0
  let at = start
  let digits = 0
  let capitals = 0
  let letters = 0
  let folded = 0
  const limit = Math.min(text.length, start + longestToken)
  const first = classOf(text.charCodeAt(start))
  for (; at < limit; at += 1) {
    const code = text.charCodeAt(at)
    const sort = classOf(code)
    if (sort === letter) letters += 1
    else if (sort === digit) digits += 1
    else if (sort === upper) {
      capitals += 1
      folded |= foldCase
    } else if (sort === other || sort === invisible) {
      folded |= foldAll
      if (sort === other) letters += 1
    } else if (sort === apostrophe) {
      const next = at + 1 < text.length ? classOf(text.charCodeAt(at + 1)) : separator
      if (
        splitApostrophe ||
        letters + capitals === 0 ||
        (next !== letter && next !== upper && next !== other)
      )
        break
      if (code !== 39) folded |= foldAll
    } else break
    hash = addToHash(hash, code | 32)
  }
  hashed[0] = hash
  let kind = digits > 0 ? hasDigit : 0
  if (digits > 0 && letters + capitals === 0) kind |= digitsOnly
  if (first === upper) kind |= capital
  if (capitals > 0 && letters === 0) kind |= allCapitals
  return at * 64 + folded * 16 + kind
}

/** Folding tells what letters beyond ASCII are: digits of another script, capitals with accents. */
function kindOfFolded(written: string, plain: string, kind: number): number {
  let digits = 0
  for (let at = 0; at < plain.length; at += 1) {
    const code = plain.charCodeAt(at)
    if (code > 47 && code < 58) digits += 1
  }
  let out = kind & ~(hasDigit | digitsOnly | allCapitals)
  if (digits > 0) out |= hasDigit
  if (digits > 0 && digits === plain.length) out |= digitsOnly
  const head = written.slice(0, 1)
  if (head !== head.toLowerCase()) out |= capital
  if (written === written.toUpperCase() && written !== written.toLowerCase()) out |= allCapitals
  return out
}

/** Work per word is bounded: `end` is at most 64 characters away. */
interface Words {
  readonly tokens: Token[]
  readonly kinds: number[]
  readonly entries: (Entry | undefined)[]
}

function addWord(
  words: Words,
  text: string,
  at: number,
  word: number,
  hash: number,
  lexicon: Lexicon | undefined,
): number {
  const end = Math.floor(word / 64)
  const folded = (word >> 4) & 3
  const kind = word & 15
  const isPlain = folded < foldAll && (kind & hasDigit) === 0
  const known = isPlain && lexicon !== undefined ? findWord(lexicon.table, hash, text, at, end) : -1
  if (lexicon !== undefined && known >= 0) {
    const plain = lexicon.table.words[known] ?? ''
    words.tokens.push({ text: folded === 0 ? plain : text.slice(at, end), plain, start: at, end })
    words.kinds.push(kind)
    words.entries.push(lexicon.table.entries[known])
    return end
  }
  const written = text.slice(at, end)
  const plain = folded === 0 ? written : folded === foldCase ? written.toLowerCase() : fold(written)
  words.tokens.push({ text: written, plain, start: at, end })
  words.kinds.push(folded >= foldAll ? kindOfFolded(written, plain, kind) : kind)
  words.entries.push(entryOf(lexicon, plain, isPlain, (kind & digitsOnly) !== 0))
  return end
}

/** `pin's`: a cue all the same, and nothing else. */
function possessive(lexicon: Lexicon, plain: string): Entry | undefined {
  if (!plain.endsWith("'s")) return undefined
  const entry = lexicon.entries.get(plain.slice(0, -2))
  return entry?.cue === undefined ? undefined : { ...newEntry(), cue: entry.cue }
}

/** What is no plain word is looked up as it is when folded; German makes numbers as it goes. */
function entryOf(
  lexicon: Lexicon | undefined,
  plain: string,
  isPlain: boolean,
  isNumber: boolean,
): Entry | undefined {
  if (lexicon === undefined || isNumber) return undefined
  const entry = isPlain ? possessive(lexicon, plain) : lexicon.entries.get(plain)
  return entry ?? (lexicon.language === 'de' ? germanCompound(lexicon.entries, plain) : undefined)
}

/**
 * Takes a text apart: letters, digits and marks that belong to them are words; an apostrophe inside a word belongs to it, except in French. One pass, and work per
 * character is bounded. With a lexicon, its entries for the words come along.
 */
export function scan(text: string, language: Language, lexicon?: Lexicon): Scan {
  const words: Words = { tokens: [], kinds: [], entries: [] }
  const gaps: number[] = []
  const hashes: number[] = []
  const hashed = new Int32Array(1)
  let at = 0
  let lastEnd = 0
  while (at < text.length) {
    const sort = classOf(text.charCodeAt(at))
    if (sort === separator || sort === apostrophe || sort === invisible) {
      at += 1
      continue
    }
    const word = readWord(text, at, language === 'fr', hashed)
    gaps.push(gapBefore(text, lastEnd, at))
    const isPlain = ((word >> 4) & 3) < foldAll && (word & hasDigit) === 0
    hashes.push(isPlain ? (hashed[0] ?? 0) : 0)
    at = addWord(words, text, at, word, hashed[0] ?? 0, lexicon)
    lastEnd = at
  }
  const { tokens, kinds, entries } = words
  const whole = {
    text,
    language,
    tokens,
    gaps: new Uint16Array(gaps),
    kinds: new Uint8Array(kinds),
    hashes: new Int32Array(hashes),
  }
  return lexicon === undefined ? whole : { ...whole, entries }
}
