import { cueWords, type CueType, type CueWords } from './cue-words.ts'
import type { Language } from './contract.ts'
import { fold } from './characters.ts'
import { englishNumbers } from './words-en.ts'
import { frenchNumbers } from './words-fr.ts'
import { germanNumbers } from './words-de.ts'
import { hindiNumbers } from './words-hi.ts'
import { spanishNumbers } from './words-es.ts'
import { wordTable, type WordTable } from './word-table.ts'
import { atWords, type Link, type NumberWord, type NumberWords } from './words.ts'

/** A cue that a phrase ends in. */
export interface CueMark {
  readonly type: CueType
  readonly detail: string | undefined
  readonly strong: boolean
}

/** A step on the way through a cue's words. */
export interface CueNode {
  mark: CueMark | undefined
  next: Map<string, CueNode> | undefined
}

/** All that a word can be. One look-up tells; all entries have all fields, so that reading them is quick. */
export interface Entry {
  number: NumberWord | undefined
  /** A digit only among digits. */
  noise: string | undefined
  link: Link | undefined
  month: number | undefined
  ordinal: number | undefined
  /** A letter that it is the name of. */
  letter: string | undefined
  cue: CueNode | undefined
  /** What follows it in pauses that begin with it; the longest first. */
  pauses: readonly (readonly string[])[] | undefined
  /** It may be the sign in an e-mail address. */
  isAt: boolean
}

export function newEntry(number?: NumberWord): Entry {
  return {
    number,
    noise: undefined,
    link: undefined,
    month: undefined,
    ordinal: undefined,
    letter: undefined,
    cue: undefined,
    pauses: undefined,
    isAt: false,
  }
}

export interface Lexicon {
  readonly language: Language
  readonly entries: ReadonlyMap<string, Entry>
  readonly table: WordTable
}

const numberWords: Readonly<Record<Language, NumberWords>> = {
  en: englishNumbers,
  es: spanishNumbers,
  de: germanNumbers,
  fr: frenchNumbers,
  hi: hindiNumbers,
}

function pairs(list: string | undefined): readonly (readonly [string, string])[] {
  if (list === undefined || list === '') return []
  return list.split(/\s+/).map((pair) => {
    const colon = pair.lastIndexOf(':')
    return [fold(pair.slice(0, colon)), pair.slice(colon + 1)] as const
  })
}

function addNumbers(words: NumberWords, at: (word: string) => Entry): void {
  const kinds = [
    ['unit', words.units],
    ['teen', words.teens],
    ['tens', words.tens],
    ['whole', words.wholes],
    ['hundreds', words.hundreds],
    ['hundred', words.hundred],
    ['thousand', words.thousand],
    ['million', words.million],
    ['times', words.times],
  ] as const
  for (const [kind, list] of kinds)
    for (const [word, value] of pairs(list)) at(word).number ??= { kind, value: Number(value) }
  for (const [word, value] of pairs(words.noise)) at(word).noise = value
  for (const [word, value] of pairs(words.months)) at(word).month = Number(value)
  for (const [word, value] of pairs(words.ordinals)) at(word).ordinal = Number(value)
  for (const [word, value] of pairs(words.letters)) at(word).letter = value
}

function addLinks(words: NumberWords, at: (word: string) => Entry): void {
  for (const [link, list] of Object.entries(words.links))
    for (const word of list.split(' ')) at(fold(word)).link = link as Link
}

function addPauses(words: NumberWords, at: (word: string) => Entry): void {
  for (const phrase of words.pauses.split('|')) {
    const [first = '', ...rest] = phrase.split(' ').map(fold)
    const entry = at(first)
    entry.pauses = [...(entry.pauses ?? []), rest].sort((a, b) => b.length - a.length)
  }
}

function addCue(phrase: string, mark: CueMark, at: (word: string) => Entry): void {
  const [first = '', ...rest] = phrase.split(' ').map(fold)
  const entry = at(first)
  let node = (entry.cue ??= { mark: undefined, next: undefined })
  for (const word of rest) {
    node.next ??= new Map()
    let next = node.next.get(word)
    if (next === undefined) node.next.set(word, (next = { mark: undefined, next: undefined }))
    node = next
  }
  node.mark ??= mark
}

function addCues(cues: readonly CueWords[], at: (word: string) => Entry): void {
  for (const { type, detail, strong, weak } of cues) {
    for (const phrase of strong?.split('|') ?? []) addCue(phrase, { type, detail, strong: true }, at)
    for (const phrase of weak?.split('|') ?? []) addCue(phrase, { type, detail, strong: false }, at)
  }
}

/** The words of a language. Some milliseconds of work: an engine makes each once. */
export function lexicon(language: Language): Lexicon {
  const entries = new Map<string, Entry>()
  const at = (word: string): Entry => {
    let entry = entries.get(word)
    if (entry === undefined) entries.set(word, (entry = newEntry()))
    return entry
  }
  addNumbers(numberWords[language], at)
  addLinks(numberWords[language], at)
  addPauses(numberWords[language], at)
  for (const word of atWords) at(fold(word)).isAt = true
  addCues(cueWords[language], at)
  if (language !== 'en') addCues(cueWords.en, at)
  return { language, entries, table: wordTable(entries) }
}
