import { addressEnd, isNumber, numberEnd, numberStart } from './address-tail.ts'
import { isStreetWord, mostWords, whole, type Found } from './found-address.ts'
import { is } from './lexicon.ts'
import { placeEnd } from './places.ts'
import type { Tagged } from './tagged.ts'

/** `PO Box 12`, `PSC 3294, Box 9168`, and the military's post. */
export function box(text: Tagged, at: number): Found | undefined {
  const word = text.plain(at)
  if (word.length > 5) return undefined
  if (word === 'po' || word === 'p') {
    const name = word === 'p' && text.plain(at + 1) === 'o' ? at + 2 : at + 1
    if (text.plain(name) !== 'box' || !isNumber(text, name + 1)) return undefined
    return whole(text, at, numberEnd(text, name + 1), 0.8)
  }
  if ((word === 'psc' || word === 'cmr' || word === 'unit') && isNumber(text, at + 1)) {
    const end = numberEnd(text, at + 1)
    if (text.plain(end) === 'box' && isNumber(text, end + 1))
      return whole(text, at, military(text, numberEnd(text, end + 1)), 0.8)
  }
  if (word === 'uss' || word === 'usns' || word === 'usnv' || word === 'usnss' || word === 'uscgc') {
    const end = military(text, at + 2)
    return end > at + 2 ? { from: at, end, confidence: 0.8 } : undefined
  }
  return undefined
}

function military(text: Tagged, at: number): number {
  const word = text.plain(at)
  if (word !== 'apo' && word !== 'fpo' && word !== 'dpo') return at
  return numberEnd(text, at + 2)
}

/** Where capitals mean something: `6750 Koskikatu 25`, `Puruntie 82`, `243 Agnostou Square`. */
export function byCapitals(text: Tagged, at: number): Found | undefined {
  if (text.lexicon.language === 'de') return undefined
  if (text.isDigits(at)) return numberThenName(text, at)
  if (!text.isCapital(at) || !text.isStrange(at) || text.isAllCapitals(at)) return undefined
  const end = nameOf(text, at)
  if (!isNumber(text, end) || text.scan.gaps[end] !== 32 || !isHouse(text, end)) return undefined
  return whole(text, at, numberEnd(text, end), 0.6, true)
}

function nameOf(text: Tagged, from: number): number {
  let to = from
  while (
    to - from < mostWords &&
    (to === from || text.isJoined(to)) &&
    isStreetWord(text, to) &&
    !isNumber(text, to)
  )
    to += 1
  return to
}

/** A year and a long number are no house. */
function isHouse(text: Tagged, at: number): boolean {
  const word = text.plain(at)
  return text.hasDigit(at) && word.length <= 5 && !/^(?:19|20)\d\d$/.test(word)
}

function numberThenName(text: Tagged, at: number): Found | undefined {
  if (!isHouse(text, at) || at + 1 >= text.length || text.scan.gaps[at + 1] !== 32) return undefined
  const name = numberEnd(text, at)
  if (!text.isJoined(name) || !text.isCapital(name)) return undefined
  const end = nameOf(text, name)
  const strange = [...Array(end - name).keys()].some(
    (one) => text.isStrange(name + one) || text.has(name + one, is.streetAfter),
  )
  if (end === name || !strange || text.has(name, is.known)) return undefined
  const closes = isNumber(text, end) && text.isJoined(end) ? numberEnd(text, end) : end
  const tail = addressEnd(text, closes, true)
  return closes > end || tail > closes ? { from: at, end: tail, confidence: 0.65 } : undefined
}

const unitsOfFlats = new Set([
  'apartment',
  'apt',
  'suite',
  'ste',
  'appartement',
  'appt',
  'wohnung',
  'apartamento',
  'postbox',
  'postboks',
  'postfach',
])

/** `nine oh two west sycamore apartment twelve`: with a flat after it, a number and a name are a street, whatever kind it is. */
function streetBefore(text: Tagged, unit: number): number | undefined {
  let from = unit
  while (unit - from < 3 && text.isListed(from) && isStreetWord(text, from - 1) && !isNumber(text, from - 1))
    from -= 1
  const isNumbered = from < unit && isNumber(text, from - 1) && text.isJoined(from)
  return isNumbered ? numberStart(text, from) : undefined
}

export function unitAlone(text: Tagged, at: number): Found | undefined {
  if (!unitsOfFlats.has(text.plain(at)) || !text.isListed(at + 1)) return undefined
  if (!isNumber(text, at + 1) || placeEnd(text, at) > at) return undefined
  const street = streetBefore(text, at)
  if (street !== undefined) return whole(text, street, at, 0.75)
  const end = numberEnd(text, at + 1)
  return { from: at, end: text.isLetter(end) && text.isJoined(end) ? end + 1 : end, confidence: 0.6 }
}
