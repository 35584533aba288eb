import type { Doc, Finding, PiiType, Recogniser } from '#contract'
import { scan, type Scan } from '#scan'
import { findAddresses } from './addresses.ts'
import { findFirms } from './firms.ts'
import { findHealth } from './health.ts'
import { readLexicons, type Lexicon } from './lexicon.ts'
import { findCuedNames, findFreeNames, findHintedNames } from './person.ts'
import { findPlaces } from './places.ts'
import { findSpelled } from './spelled.ts'
import { Tagged } from './tagged.ts'

const types: readonly PiiType[] = ['person', 'address', 'location', 'organisation', 'health']

/**
 * Looks for people, addresses, places, companies and illnesses: by lists, by what stands around them, and by what is no word of the language. In text as it is
 * written and as speech is heard, without capitals. The lists are read when the first text comes.
 */
export function nameRecognisers(): readonly Recogniser[] {
  let lexicons: ((language: Doc['language']) => Lexicon) | undefined
  const find = (doc: Doc) => {
    lexicons ??= readLexicons()
    return findNames(isScan(doc) ? doc : scan(doc.text, doc.language), lexicons(doc.language))
  }
  return [{ name: 'names', types, find }]
}

function isScan(doc: Doc): doc is Scan {
  return 'gaps' in doc && 'kinds' in doc
}

function findNames(doc: Scan, lexicon: Lexicon): readonly Finding[] {
  const text = new Tagged(doc, lexicon)
  // What comes first keeps its words: an address has names and places in it.
  findSpelled(text)
  findAddresses(text)
  findHealth(text)
  findFirms(text)
  findCuedNames(text)
  findPlaces(text)
  findHintedNames(text)
  findFreeNames(text)
  return text.found.map(({ type, from, end, confidence }) => ({
    type,
    start: doc.tokens[from]?.start ?? 0,
    end: doc.tokens[end - 1]?.end ?? 0,
    confidence,
    by: 'names',
  }))
}
