import { addressEnd, numberStart } from './address-tail.ts'
import { is } from './lexicon.ts'
import type { Tagged } from './tagged.ts'

export const mostWords = 4 // of a street's name

export interface Found {
  readonly from: number
  readonly end: number
  readonly confidence: number
}

/** An address whose street ends before `streetEnd`, with all that follows. */
export function whole(
  text: Tagged,
  begin: number,
  streetEnd: number,
  confidence: number,
  isLoose = false,
): Found {
  // Whatever comes first, a number right before it belongs to it.
  const from = text.isCased && text.isJoined(begin) ? numberStart(text, begin) : begin
  return { from, end: addressEnd(text, streetEnd, isLoose), confidence }
}

/** A word that a street can be named with. */
export function isStreetWord(text: Tagged, at: number): boolean {
  if (at < 0 || at >= text.length || text.isTaken(at) || text.hasDigit(at)) return false
  if (text.has(at, is.direction)) return true
  if (text.has(at, is.connector) && text.lexicon.language !== 'en') return true
  if (text.has(at, is.stop | is.filler)) return text.isNamed(at)
  if (text.isCased) return text.isCapital(at) || text.has(at, is.connector)
  return true
}
