import type { PiiType } from '#contract'
import { allCapitals, capital, digitsOnly, gapLine, gapSpace, hasDigit, loose, type Scan } from '#scan'
import { is, isCompoundNumber, type Lexicon, type Thing } from './lexicon.ts'
import { longestPhrase, type PhraseHit } from './phrases.ts'
import { findBits } from './word-bits.ts'

/** Before a comma, a dash and so on: a character's code, with spaces around it or without. */
const mark = (gap: number) => gap % loose

/** What is found of one kind of thing. `end` is the first token after it. */
export interface Stretch {
  readonly type: PiiType
  readonly from: number
  readonly end: number
  readonly confidence: number
}

export interface CueHit {
  readonly at: number
  /** The first token after it. */
  readonly end: number
  /** Bits of `cue`. */
  readonly cues: number
}

const cueBits = is.cue | is.afterName
const never = () => false

function bitsAt({ tokens, hashes, text }: Scan, at: number, lexicon: Lexicon): number {
  const hash = hashes[at]!
  const { plain, start, end } = tokens[at]!
  if (hash === 0) return lexicon.words.get(plain) ?? bitsWithin(plain, lexicon)
  const bits = findBits(lexicon.table, hash, text, start, end)
  return bits === 0 ? bitsWithin(plain, lexicon) : bits
}

/** What a word that is not known has in it. */
function bitsWithin(plain: string, lexicon: Lexicon): number {
  // German writes its numbers in one word: there are too many to list.
  if (lexicon.language === 'de') return isCompoundNumber(plain) ? is.number : 0
  // `neighbour's`, `there'll`: what it is without its end.
  const apostrophe = plain.indexOf("'")
  if (apostrophe < 2) return 0
  return (lexicon.words.get(plain.slice(0, apostrophe)) ?? 0) & ~(is.cue | is.title)
}

/** A text with what each of its words can be, and which of them were found to be part of something. */
export class Tagged {
  readonly scan: Scan
  readonly lexicon: Lexicon
  readonly bits: Int32Array
  readonly length: number
  /** Whether capitals mean something: the text has capitals and small letters. */
  readonly isCased: boolean
  readonly #taken: Uint8Array
  readonly #things = new Map<number, PhraseHit<Thing>>()
  readonly found: Stretch[] = []
  /** Phrases that announce something, in the order of their places. */
  readonly cues: readonly CueHit[]

  constructor(scan: Scan, lexicon: Lexicon) {
    this.scan = scan
    this.lexicon = lexicon
    this.length = scan.tokens.length
    this.bits = new Int32Array(this.length)
    this.#taken = new Uint8Array(this.length)
    let capitals = 0
    let small = 0
    const cuesAt: number[] = []
    const thingsAt: number[] = []
    for (let at = 0; at < this.length; at += 1) {
      const kind = scan.kinds[at] ?? 0
      if (kind & hasDigit) continue
      const bits = bitsAt(scan, at, lexicon)
      this.bits[at] = bits
      if (bits & cueBits) cuesAt.push(at)
      if (bits & is.thing) thingsAt.push(at)
      if (kind & capital) capitals += 1
      if (!(kind & allCapitals)) small += 1
    }
    this.isCased = capitals > 0 && small > 0
    this.cues = this.#readCues(cuesAt)
    this.#readThings(thingsAt)
  }

  #readThings(places: readonly number[]): void {
    const { tokens } = this.scan
    const wordAt = (at: number) => tokens[at]?.plain
    for (const at of places) {
      const hit = longestPhrase(this.lexicon.things, at, wordAt, never)
      if (hit !== undefined) this.#things.set(at, hit)
    }
  }

  #readCues(places: readonly number[]): CueHit[] {
    const { tokens } = this.scan
    const wordAt = (at: number) => tokens[at]?.plain
    const isFiller = (at: number) => this.has(at, is.filler)
    const hits: CueHit[] = []
    for (const at of places) {
      const hit = longestPhrase(this.lexicon.cues, at, wordAt, isFiller)
      if (hit !== undefined) hits.push({ at, end: hit.end, cues: hit.value })
    }
    return hits
  }

  plain(at: number): string {
    return this.scan.tokens[at]?.plain ?? ''
  }
  has(at: number, bits: number): boolean {
    return at >= 0 && at < this.length && (this.bits[at]! & bits) !== 0
  }
  isDigits(at: number): boolean {
    return ((this.scan.kinds[at] ?? 0) & digitsOnly) !== 0
  }
  hasDigit(at: number): boolean {
    return ((this.scan.kinds[at] ?? 0) & hasDigit) !== 0
  }
  isLetter(at: number): boolean {
    return this.plain(at).length === 1 && !this.hasDigit(at)
  }
  isCapital(at: number): boolean {
    return ((this.scan.kinds[at] ?? 0) & capital) !== 0
  }
  isAllCapitals(at: number): boolean {
    return ((this.scan.kinds[at] ?? 0) & allCapitals) !== 0 && this.plain(at).length > 1
  }
  /** Nothing but spaces, or a mark that joins words, stands before it. */
  isJoined(at: number): boolean {
    const gap = this.scan.gaps[at] ?? 0
    return gap === gapSpace || gap === 45 || gap === 39 || gap === 255 || gap === 0
  }
  /** A comma, a new line, or nothing but a space. */
  isListed(at: number): boolean {
    const gap = this.scan.gaps[at] ?? 0
    return (
      this.isJoined(at) ||
      mark(gap) === 44 ||
      gap === gapLine ||
      mark(gap) === 46 ||
      mark(gap) === 47 ||
      gap === 1
    )
  }
  isAfterDot(at: number): boolean {
    return mark(this.scan.gaps[at] ?? 0) === 46
  }
  gapMark(at: number): number {
    return mark(this.scan.gaps[at] ?? 0)
  }
  /** The first word of a sentence, whose capital says nothing. */
  isFirst(at: number): boolean {
    if (at === 0) return true
    const gap = this.scan.gaps[at] ?? 0
    if (gap === gapSpace || gap === 0) return false
    const sign = mark(gap)
    if (sign === 46) return !(this.has(at - 1, is.title) || this.isLetter(at - 1))
    return sign !== 44 && sign !== 45 && sign !== 39 && sign !== 255 && sign !== 40
  }
  /** A capital that is none of a sentence's beginning. */
  isNamed(at: number): boolean {
    return this.isCased && this.isCapital(at) && !this.isFirst(at)
  }
  /** A word that the language does not have: often a name. Of languages without a list of words nothing is known. */
  isStrange(at: number): boolean {
    return (
      !this.hasDigit(at) &&
      this.plain(at).length > 2 &&
      !this.has(at, is.word | is.stop | is.known | is.number | is.filler)
    )
  }
  isTaken(at: number): boolean {
    return this.#taken[at] === 1
  }
  isAnyTaken(from: number, end: number): boolean {
    for (let at = from; at < end; at += 1) if (this.#taken[at] === 1) return true
    return false
  }

  thingAt(at: number): PhraseHit<Thing> | undefined {
    return this.has(at, is.thing) ? this.#things.get(at) : undefined
  }
  /** The next word that is no filler. */
  pastFillers(at: number): number {
    let to = at
    while (this.has(to, is.filler)) to += 1
    return to
  }

  take(type: PiiType, from: number, end: number, confidence: number): void {
    if (end <= from) return
    for (let at = from; at < end; at += 1) this.#taken[at] = 1
    this.found.push({ type, from, end, confidence })
  }
}
