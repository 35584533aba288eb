import type { Language } from '#contract'
import { fold } from '#scan'
import { firms } from './list-firms.ts'
import { healthPhrases } from './health-terms.ts'
import { englishWords } from './list-english.ts'
import { bothNames, commonNames, familyNames, givenNames } from './list-people.ts'
import { cityPhrases, cityWords, countryPhrases, statePhrases } from './list-places.ts'
import { frenchStops, germanStops, spanishStops } from './list-stop.ts'
import { addPhrase, type Phrases } from './phrases.ts'
import { germanNames } from './words-de.ts'
import { englishNames } from './words-en.ts'
import { spanishNames } from './words-es.ts'
import { frenchNames } from './words-fr.ts'
import { hindiNames } from './words-hi.ts'
import { wordBits, type WordBits } from './word-bits.ts'
import type { NameWords } from './words.ts'

/** What a word can be, as bits: one look-up tells. */
export const is = {
  given: 1,
  /** A given name that is frequent in one of our languages. */
  commonGiven: 1 << 1,
  family: 1 << 2,
  city: 1 << 3,
  /** Begins a phrase of `things`. */
  thing: 1 << 4,
  /** A word of the language, and so not a name that nobody knows. */
  word: 1 << 5,
  stop: 1 << 6,
  title: 1 << 7,
  streetAfter: 1 << 8,
  streetBefore: 1 << 9,
  connector: 1 << 10,
  number: 1 << 11,
  /** Begins a phrase of `cues`. */
  cue: 1 << 12,
  unit: 1 << 13,
  direction: 1 << 14,
  firmEnd: 1 << 15,
  firmWord: 1 << 16,
  filler: 1 << 17,
  afterName: 1 << 18,
  state: 1 << 19,
  known: 1 << 20,
  placeHint: 1 << 21,
  inTown: 1 << 22,
} as const

export type Thing = 'city' | 'country' | 'state' | 'firm' | 'health'
/** What a phrase announces, as bits: one phrase can announce several things, as `of` does. */
export const cue = {
  name: 1,
  hint: 1 << 1,
  spell: 1 << 2,
  place: 1 << 3,
  firm: 1 << 4,
  address: 1 << 5,
  /** A name comes before it. */
  after: 1 << 6,
} as const

const compoundNumber =
  /^(?:ein|zwei|drei|vier|funf|sechs|sieben|acht|neun)(?:und(?:zwanzig|dreissig|vierzig|funfzig|sechzig|siebzig|achtzig|neunzig)|hundert|tausend)/

/** A German number in one word, folded: `siebenundvierzig`, `zweihundertelf`. */
export function isCompoundNumber(word: string): boolean {
  return compoundNumber.test(word)
}

/** All that is known of one language. */
export interface Lexicon {
  readonly language: Language
  /** Bits of `is` for each word that is known. */
  readonly words: ReadonlyMap<string, number>
  /** The same, for words of ASCII. */
  readonly table: WordBits
  readonly things: Phrases<Thing>
  /** A phrase can cue several things, as `of` does. */
  readonly cues: Phrases<number>
  readonly streetEnds: readonly string[]
}

const byLanguage: Readonly<Record<Language, NameWords>> = {
  en: englishNames,
  es: spanishNames,
  de: germanNames,
  fr: frenchNames,
  hi: hindiNames,
}

const moreStops: Partial<Record<Language, string>> = { es: spanishStops, de: germanStops, fr: frenchStops }

const words = (list: string) => list.split(/\s+/).filter((word) => word !== '')
const phrases = (list: string) => list.split(',').filter((phrase) => phrase !== '')

/** Reads the lists; what it gives makes the lexicon of a language, each once. A tenth of a second for the first, and some megabytes. */
export function readLexicons(): (language: Language) => Lexicon {
  const shared = sharedWords()
  const things = allThings(shared)
  const made = new Map<Language, Lexicon>()
  return (language) => {
    const lexicon = made.get(language) ?? readLanguage(language, shared, things)
    made.set(language, lexicon)
    return lexicon
  }
}

function adder(to: Map<string, number>) {
  return (list: readonly string[], bit: number) => {
    for (const word of list) to.set(word, (to.get(word) ?? 0) | bit)
  }
}

function sharedWords(): Map<string, number> {
  const shared = new Map<string, number>()
  const add = adder(shared)
  add(words(givenNames), is.given)
  add(words(familyNames), is.family)
  add(words(bothNames), is.given | is.family)
  add(words(commonNames), is.commonGiven)
  add(words(cityWords), is.city)
  return shared
}

function allThings(shared: Map<string, number>): Phrases<Thing> {
  const things: Phrases<Thing> = new Map()
  const add = (list: readonly string[], thing: Thing) => {
    for (const phrase of list) {
      addPhrase(things, phrase, thing)
      const [first = ''] = phrase.split(' ')
      shared.set(first, (shared.get(first) ?? 0) | is.thing)
    }
  }
  add(phrases(healthPhrases).map(fold), 'health')
  add([...phrases(countryPhrases), 'united states', 'united kingdom'], 'country')
  add(phrases(statePhrases), 'state')
  add(phrases(cityPhrases), 'city')
  add(phrases(firms), 'firm')
  return things
}

function readLanguage(
  language: Language,
  shared: ReadonlyMap<string, number>,
  things: Phrases<Thing>,
): Lexicon {
  const list = byLanguage[language]
  // A copy for each language: one look-up for each word of a text is what most time goes into.
  const own = new Map(shared)
  const add = adder(own)
  if (language === 'en') add(words(englishWords), is.word)
  add(words(fold(list.common)), is.word)
  add(words(fold(list.stop)), is.stop | is.word)
  // `lang` and `petit` are families as well.
  for (const word of words(moreStops[language] ?? ''))
    add([word], isName(shared, word) ? is.word : is.stop | is.word)
  add(words(fold(list.fillers)), is.filler | is.stop)
  add(words(fold(list.numbers)), is.number)
  add(phrases(fold(list.titles)), is.title)
  add(words(fold(list.connectors)), is.connector)
  add(words(fold(list.streetAfter)), is.streetAfter)
  add(words(fold(list.streetBefore)), is.streetBefore)
  add(words(fold(list.units)), is.unit)
  add(words(fold(list.directions)), is.direction)
  add(words(fold(list.firmEnds)), is.firmEnd)
  add(words(fold(list.firmWords)), is.firmWord)
  add(words(fold(list.states)), is.state)
  add(words(fold(list.known)), is.known)
  add(words(fold(list.placeHints)), is.placeHint)
  add(words(fold(list.inTown)), is.inTown)
  const cues = readCues(list, add)
  return {
    language,
    words: own,
    table: wordBits(own),
    things,
    cues,
    streetEnds: words(fold(list.streetEnds)),
  }
}

function isName(shared: ReadonlyMap<string, number>, word: string): boolean {
  return word.length > 3 && ((shared.get(word) ?? 0) & is.family) !== 0
}

function readCues(list: NameWords, add: ReturnType<typeof adder>): Phrases<number> {
  const sorts = [
    [cue.name, list.nameCues],
    [cue.hint, list.nameHints],
    [cue.spell, list.spellCues],
    [cue.place, list.placeCues],
    [cue.firm, list.firmCues],
    [cue.address, list.addressCues],
    [cue.after, list.afterName],
  ] as const
  const told = new Map<string, number>()
  for (const [bit, of] of sorts)
    for (const phrase of phrases(fold(of))) told.set(phrase, (told.get(phrase) ?? 0) | bit)
  const cues: Phrases<number> = new Map()
  for (const [phrase, bits] of told) {
    addPhrase(cues, phrase, bits)
    const [first = ''] = phrase.split(' ')
    add([first], bits === cue.after ? is.afterName : is.cue)
  }
  return cues
}
