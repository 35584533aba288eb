import { is } from './lexicon.ts'
import type { Tagged } from './tagged.ts'

export const named = is.given | is.family
const never = is.number | is.known | is.filler | is.title

/** A word that can be part of a name where nothing else says so. */
export function isNameWord(text: Tagged, at: number): boolean {
  if (at >= text.length || text.isTaken(at) || text.hasDigit(at)) return false
  if (text.has(at, never) && !isMonthAndName(text, at)) return false
  if (text.isLetter(at)) return false
  if (text.isCased && text.lexicon.language !== 'hi') return isCasedNameWord(text, at)
  if (text.has(at, is.stop)) return false
  return text.has(at, named) || isUnknown(text, at)
}

/** `Jan Novák`, `April Jones`: a month that begins a name. */
function isMonthAndName(text: Tagged, at: number): boolean {
  if (!text.has(at, is.known) || !text.has(at, is.commonGiven) || !text.isCapital(at)) return false
  const next = at + 1
  return text.isJoined(next) && text.isNamed(next) && text.has(next, named) && !text.has(next, is.known)
}

function isCasedNameWord(text: Tagged, at: number): boolean {
  if (!text.isCapital(at)) return false
  if (text.has(at, is.stop) && !(text.isNamed(at) && text.has(at, named))) return false
  if (text.isFirst(at) && text.has(at, is.word)) return text.has(at, is.commonGiven) || isSpeaker(text, at)
  return true
}

/** `Destiny: I am here`, as in a transcript. */
export function isSpeaker(text: Tagged, at: number): boolean {
  return text.has(at, named) && text.gapMark(at + 1) === 58
}

/** A word that the language does not have. Of German, French and Spanish no whole list of words is at hand: there only what has the look of one that is not in the small list. */
export function isUnknown(text: Tagged, at: number): boolean {
  return (
    text.isStrange(at) && !text.has(at, is.city | is.firmWord | is.firmEnd | is.streetAfter | is.streetBefore)
  )
}

/** Letters that are words in one of our languages. */
const wordLetters = new Set(['a', 'i', 'o', 'y', 'e', 'u'])

/** `rhys a garcia`: a letter that is a word as well, with a given name before it and nothing but a name after it. */
function isBetweenNames(text: Tagged, at: number): boolean {
  if (text.plain(at) === 'i' || !text.has(at - 1, is.given) || text.has(at - 1, is.word)) return false
  return text.has(at + 1, named) || isUnknown(text, at + 1)
}

/** An initial: one letter, with the rest of a name after it. */
export function isInitial(text: Tagged, at: number): boolean {
  if (!text.isLetter(at) || !(text.isJoined(at) || text.isAfterDot(at))) return false
  if (text.isCased ? !text.isCapital(at) : wordLetters.has(text.plain(at)) && !isBetweenNames(text, at))
    return false
  return (text.isJoined(at + 1) || text.isAfterDot(at + 1)) && isNameWord(text, at + 1)
}

export function connectedEnd(text: Tagged, at: number): number {
  let to = at
  while (to < at + 3 && text.has(to, is.connector) && text.isJoined(to)) to += 1
  // After `van` a city is a family.
  const isFamily = isNameWord(text, to) || (!text.isCased && text.isStrange(to) && !text.isTaken(to))
  return to > at && text.isJoined(to) && isFamily ? to + 1 : at
}
