import type { Finding, Language, Word } from './contract.ts'

/** What a word stands for once it is hidden. */
export interface Hidden {
  readonly finding: Finding
  /** The same for all words of one finding. */
  readonly id: number
}

/** A word that was said, judged or not yet. */
export interface Entry {
  readonly word: Word
  readonly segment: number
  /** It has been released, or told as sensitive. */
  out: boolean
  hidden: Hidden | undefined
}

/** What is kept of one voice: the latest words as context, and those that are held. Bounded, whatever is said. */
export interface Party {
  readonly name: string
  language: Language
  entries: Entry[]
  /** Finals of which not all is out, in order. */
  readonly open: Map<number, { fromMs: number; toMs: number }>
  /** The latest partial, until its final. */
  partial: { segment: number; words: readonly Word[] } | undefined
  judgedMs: number
  throughMs: number
}

export function newParty(name: string, language: Language): Party {
  return { name, language, entries: [], open: new Map(), partial: undefined, judgedMs: 0, throughMs: 0 }
}

const contextWords = 48 // words that are out and still tell what comes
export const mostHeld = 240 // beyond this the oldest are judged as they stand: digits are hidden then

/** Forgets what is out and no longer needed. */
export function forget(party: Party): void {
  const firstHeld = party.entries.findIndex((entry) => !entry.out)
  const out = firstHeld < 0 ? party.entries.length : firstHeld
  let drop = out - contextWords
  if (drop <= 0) return
  for (let at = 0; at < drop; at += 1) if (party.open.has(party.entries[at]?.segment ?? -1)) drop = at
  party.entries = party.entries.slice(drop)
}

/** A party's words as one text, with where each of them is in it. */
export interface Window {
  readonly text: string
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

export type Prefix = (previous: Word | undefined, word: Word, at: number) => string | undefined

const farMs = 30_000 // after so long a pause, numbers are no longer one

export function windowOf(words: readonly Word[], prefix: Prefix): Window {
  const starts: number[] = []
  const ends: number[] = []
  let text = ''
  let previous: Word | undefined
  for (const word of words) {
    const before = prefix(previous, word, starts.length)
    if (before !== undefined) text += `${before} `
    if (previous !== undefined && word.startMs - previous.endMs > farMs) text += '\n'
    starts.push(text.length)
    text += word.text
    ends.push(text.length)
    text += ' '
    previous = word
  }
  return { text, starts, ends }
}

/** Which word holds, or follows, a place in the text. */
export function wordAt(window: Window, place: number): number {
  let low = 0
  let high = window.ends.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((window.ends[middle] ?? 0) <= place) low = middle + 1
    else high = middle
  }
  return low
}
