import { gapLine } from '#scan'
import { is } from './lexicon.ts'
import { placeEnd } from './places.ts'
import type { Tagged } from './tagged.ts'

const longestNumber = 14 // words: `twelve forty five` and a postal code after it
const mostCapitals = 4
const mostSteps = 10

export function isNumber(text: Tagged, at: number): boolean {
  if (at < 0 || at >= text.length || text.isTaken(at)) return false
  return text.hasDigit(at) || text.has(at, is.number) || isNumbersAnd(text, at)
}

/** `treinta y ocho`, `vingt et un`. */
function isNumbersAnd(text: Tagged, at: number): boolean {
  const word = text.plain(at)
  const { language } = text.lexicon
  if (!(language === 'es' && word === 'y') && !(language === 'fr' && word === 'et')) return false
  return text.has(at - 1, is.number) && text.has(at + 1, is.number)
}

/** Where the number that begins at `from` ends: digits, or words that are digits, with nothing but spaces between. */
export function numberEnd(text: Tagged, from: number): number {
  let to = from
  while (
    to - from < longestNumber &&
    isNumber(text, to) &&
    (to === from || text.isJoined(to) || isSlash(text, to))
  )
    to += 1
  return to
}

function isSlash(text: Tagged, at: number): boolean {
  return text.gapMark(at) === 47
}

/** Where the number that ends before `end` begins. */
export function numberStart(text: Tagged, end: number): number {
  let from = end
  while (end - from < longestNumber && isNumber(text, from - 1) && (from === end || text.isJoined(from)))
    from -= 1
  return from
}

/** Whether the address may go on at `at`: nothing ends before it. A full stop after `St.` ends nothing. */
function goesOn(text: Tagged, at: number): boolean {
  if (at >= text.length || text.isTaken(at)) return false
  if (text.isJoined(at)) return true
  const mark = text.gapMark(at)
  if (mark === 46) return text.has(at - 1, is.streetAfter | is.unit | is.direction)
  return mark === 44 || mark === 10 || mark === 35 || mark === 186 || (text.scan.gaps[at] ?? 0) === 1
}

/**
 * Where an address ends whose street ends before `from`: flat, town, state, postal code, country, in whatever order they come.
 *
 * @param isLoose - Something said that this is an address: a word that nobody knows is its town.
 */
export function addressEnd(text: Tagged, from: number, isLoose: boolean): number {
  let end = from
  for (let steps = 0; steps < mostSteps && goesOn(text, end); steps += 1) {
    const next = unitEnd(text, end) ?? townEnd(text, end, isLoose) ?? codeEnd(text, end)
    if (next === undefined) break
    end = next
  }
  return end
}

function unitEnd(text: Tagged, at: number): number | undefined {
  if (text.has(at, is.direction) && !text.has(at, is.known)) {
    const isOne =
      text.isJoined(at) && (text.plain(at).length > 2 || text.isAllCapitals(at) || text.isCapital(at))
    if (isOne && !text.has(at, is.unit)) return at + 1
  }
  if (!text.has(at, is.unit)) return ordinalFloor(text, at)
  const value = text.has(at + 1, is.unit) && !isNumber(text, at + 1) ? at + 2 : at + 1
  if (isNumber(text, value)) {
    const end = numberEnd(text, value)
    return text.isLetter(end) && text.isJoined(end) ? end + 1 : end
  }
  return text.isLetter(value) && text.isListed(value) ? value + 1 : undefined
}

/** Spanish says the floor and the door in figures: `3º B`. */
function ordinalFloor(text: Tagged, at: number): number | undefined {
  if (!text.hasDigit(at) || !text.isLetter(at + 1) || text.plain(at).length > 3) return undefined
  return at + 2
}

function townEnd(text: Tagged, at: number, isLoose: boolean): number | undefined {
  const from = text.has(at, is.inTown) && goesOn(text, at + 1) ? at + 1 : at
  const known = placeEnd(text, from)
  if (known > from && (!text.isCased || text.isCapital(from))) return known
  if (text.has(from, is.city) && (from > at || isTownHere(text, from, isLoose))) return from + 1
  if (!text.isCased && text.has(from, is.state) && isNumber(text, from + 1) && text.plain(from).length === 2)
    return from + 1
  if (text.has(from, is.state) && text.isAllCapitals(from)) return from + 1
  // A short word before a number is a region's sign that we do not know.
  if (text.isCased && text.isStrange(from) && text.plain(from).length < 4 && isNumber(text, from + 1))
    return from + 1
  return text.isCased ? capitalsEnd(text, from) : spokenTown(text, from, from > at || isLoose)
}

/** A town whose name is a word (`mobile`, `reading`): if it is where a town is. */
function isTownHere(text: Tagged, at: number, isSure: boolean): boolean {
  const next = at + 1
  const isState =
    text.has(next, is.state) && (text.isAllCapitals(next) || (!text.isCased && isNumber(text, next + 1)))
  const isLast = next === text.length && (isSure || !text.isCased)
  return isState || isLast || placeEnd(text, next) > next || isNumber(text, next)
}

/** Words with capitals after a comma, a new line or a number. */
function capitalsEnd(text: Tagged, from: number): number | undefined {
  const isApart = !text.isJoined(from) || text.hasDigit(from - 1) || text.has(from - 1, is.inTown)
  if (!isApart || text.has(from, is.stop | is.known) || !isTownWord(text, from)) return undefined
  let to = from + 1
  while (to - from < mostCapitals && text.isJoined(to)) {
    if (isTownWord(text, to)) to += 1
    else if (text.has(to, is.connector) && text.isJoined(to + 1) && isTownWord(text, to + 1)) to += 2
    else break
  }
  return to
}

function isTownWord(text: Tagged, at: number): boolean {
  if (at >= text.length || text.isTaken(at) || text.hasDigit(at)) return false
  return text.isCapital(at) && !text.has(at, is.cue | is.unit)
}

/** In speech a word that nobody knows is the town if a state or a number follows, or if `in` came before it. */
function spokenTown(text: Tagged, at: number, isSure: boolean): number | undefined {
  if (!isUnknownTown(text, at)) return undefined
  const two = isUnknownTown(text, at + 1) ? at + 2 : at + 1
  for (const end of [at + 1, two]) {
    const follows = placeEnd(text, end) > end || isNumber(text, end)
    if (follows || (isSure && end === text.length)) return end
  }
  if (isNumber(text, at - 1) && text.lexicon.language !== 'en') return at + 1
  return isSure ? at + 1 : undefined
}

function isUnknownTown(text: Tagged, at: number): boolean {
  return at < text.length && !text.isTaken(at) && text.isStrange(at)
}

/** A postal code: digits of three to seven places, or letters and digits as in `SW1A 1AA`. */
function codeEnd(text: Tagged, at: number): number | undefined {
  if (!isNumber(text, at)) return undefined
  if (text.scan.gaps[at] === gapLine && text.plain(at).length > 7) return undefined
  return numberEnd(text, at)
}
