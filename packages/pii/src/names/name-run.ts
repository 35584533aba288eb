import { is } from './lexicon.ts'
import { connectedEnd, isInitial, isNameWord, isUnknown, named } from './name-words.ts'
import type { Tagged } from './tagged.ts'

const longestName = 5 // »Maria del Carmen García López« has five

/** Where a name that begins at `from` ends: over its words, initials and links. */
export function nameEnd(text: Tagged, from: number): number {
  let to = from + 1
  while (to < text.length && to - from < longestName) {
    if (text.isTaken(to)) break
    const joined = text.isJoined(to) || (text.isAfterDot(to) && text.isLetter(to - 1))
    if (!joined) break
    const linked = connectedEnd(text, to)
    if (linked > to) to = linked
    else if (isInitial(text, to)) to += 2
    else if (isNameWord(text, to) && !endsBefore(text, to) && mayFollow(text, to)) to += 1
    else break
  }
  return to
}

/** Where no whole list of words is at hand, a word that is in no list goes on a name only right after a given one: not »Pichler nennen«. */
function mayFollow(text: Tagged, at: number): boolean {
  if (text.isCased || text.lexicon.language === 'en') return true
  return text.has(at, named) || text.has(at - 1, is.given | is.connector) || text.isLetter(at - 1)
}

/** Words that are names, and words of what people do next: in lower case these are read as words. */
export const verbsToo = new Set([
  'will',
  'may',
  'can',
  'art',
  'see',
  'has',
  'wants',
  'got',
  'long',
  'call',
  'page',
  'please',
])

function endsBefore(text: Tagged, at: number): boolean {
  return !text.isNamed(at) && verbsToo.has(text.plain(at))
}

/** `crystal crystal`: a recogniser of speech writes what a speaker stumbles over. */
function isSaidTwice(text: Tagged, from: number, at: number): boolean {
  return at > from && text.plain(at) === text.plain(at - 1)
}

export function isOneWord(text: Tagged, from: number, end: number): boolean {
  for (let at = from + 1; at < end; at += 1) if (!isSaidTwice(text, from, at)) return false
  return true
}

/** What a run of words says for its being a name: 0 is nothing. */
export function nameStrength(text: Tagged, from: number, end: number): number {
  let strength = 0
  for (let at = from; at < end; at += 1) {
    if (text.isLetter(at) || text.has(at, is.connector) || isSaidTwice(text, from, at)) continue
    const isWord = text.has(at, is.word)
    if (text.has(at, is.commonGiven)) strength += isWord ? 2 : 4
    else if (text.has(at, named)) strength += isWord ? 1 : 2
    else if (isUnknown(text, at)) strength += 1
    if (text.isCased && text.isCapital(at)) strength += capitalSays(text, at)
  }
  return strength
}

/** What a capital is worth: in German every noun has one. */
function capitalSays(text: Tagged, at: number): number {
  if (text.lexicon.language === 'de') return text.has(at, named) ? 1 : 0
  // The first word of a sentence has one anyway: it is a name if it is no word.
  if (text.isFirst(at)) return text.lexicon.language === 'en' && text.isStrange(at) ? 2 : 0
  return text.has(at, is.word) && !text.has(at, named) ? 1 : 2
}

/** Given names that are words as well: alone and in lower case they say nothing. */
export const wordsToo = new Set(
  'mark porter drew bob jack frank grace rose pat lance chuck cliff wade jay gene lee ray earl robin hazel pearl ruby ivy daisy heather holly sandy kitty dolly patty sherry viola iris flora jade laurel abbey nick mason cooper carol hart sally rosemary harry mike matt ken jimmy'.split(
    ' ',
  ),
)

/** Whether one of the words can be nothing but a name. */
export function isOnlyName(text: Tagged, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1)
    if (!text.isLetter(at) && !text.has(at, is.word | is.connector) && !wordsToo.has(text.plain(at)))
      return true
  return false
}
