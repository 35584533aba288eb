import { isNumber, numberEnd, numberStart } from './address-tail.ts'
import { isStreetWord, mostWords, whole, type Found } from './found-address.ts'
import { is } from './lexicon.ts'
import type { Tagged } from './tagged.ts'

const weakTypes = new Set(
  'way place court drive run hill point view green row close square circle cove loop path walk vale bend estate ter st dr ct pl cir sq glen trail crossing grove gardens heights alley wharf quay str'.split(
    ' ',
  ),
)

/** `1245 North Main Street`: the number is looked for from the street back. */
export function typeLast(text: Tagged, first: number): Found | undefined {
  let type = first
  // `South Hill Street`: the last of them is the kind.
  while (text.has(type + 1, is.streetAfter) && text.isJoined(type + 1)) type += 1
  let from = type
  while (
    type - from < mostWords &&
    (from === type || text.isJoined(from)) &&
    isStreetWord(text, from - 1) &&
    !text.has(from - 1, is.number)
  )
    from -= 1
  if (from === type && !isOrdinal(text, type - 1)) return undefined
  const isNear = from > 0 && (text.isJoined(from) || text.gapMark(from) === 44) && isNumber(text, from - 1)
  if (isNear) {
    const number = numberStart(text, from)
    if (from === type && type - number < 2 && text.isCased === false) return undefined
    return whole(text, number, type + 1, 0.85)
  }
  return unnumbered(text, from, type)
}

/** A street without its number: `on Bond Street`. German and Hindi put the number after it. */
function unnumbered(text: Tagged, from: number, type: number): Found | undefined {
  const { language } = text.lexicon
  const after = numberEnd(text, type + 1)
  if (language === 'de' && after > type + 1 && text.isJoined(type + 1))
    return whole(text, pastLinks(text, Math.max(from, type - 2)), after, 0.8)
  if (language === 'hi') return whole(text, Math.max(from, type - 2), type + 1, 0.7, true)
  if (!text.isCased || weakTypes.has(text.plain(type))) return undefined
  let start = type
  while (start > from && text.isNamed(start - 1)) start -= 1
  if (start === type || !text.isCapital(type)) return undefined
  return whole(text, start, type + 1, 0.6)
}

function pastLinks(text: Tagged, from: number): number {
  let to = from
  while (text.has(to, is.connector | is.stop)) to += 1
  return to
}

function isOrdinal(text: Tagged, at: number): boolean {
  return isNumber(text, at) && /(?:th|st|nd|rd)$/.test(text.plain(at))
}

/** `12 rue de la Paix`, `calle Mayor doce`, `Via Roma 131`. */
export function typeFirst(text: Tagged, type: number): Found | undefined {
  const end = streetNameEnd(text, type)
  if (end === type + 1) return undefined
  const isNear = type > 0 && isNumber(text, type - 1) && (text.isJoined(type) || text.gapMark(type) === 44)
  const from = isNear ? numberStart(text, type) : type
  const number = numberAfter(text, end)
  const isSure = isNear || number > end
  if (!isSure && !text.isNamed(type + 1)) return undefined
  // French and English names of streets have their number in front, and what follows is the postal code.
  return whole(text, from, number, isSure ? 0.85 : 0.6, true)
}

const longestName = 6 // with its links, as in `rue de la Porte des Champs`

/** Where the name that follows the kind of street ends; right after the kind where there is none. */
function streetNameEnd(text: Tagged, type: number): number {
  let content = 0
  let end = type + 1
  for (; end - type <= longestName && content < mostWords; end += 1) {
    const isNext = text.isJoined(end) || (end === type + 1 && text.isAfterDot(end))
    if (!isNext || text.has(end, is.number) || !(isStreetWord(text, end) || isFirstWord(text, type, end)))
      break
    const isLink = text.has(end, is.connector | is.stop) && !(content === 0 && isNumbered(text, end + 1))
    if (!isLink && content > 0 && !text.isCased && text.has(end, is.word)) break
    if (!isLink) content += 1
  }
  if (content === 0) return type + 1
  while (end > type + 2 && text.has(end - 1, is.connector | is.stop)) end -= 1
  return end
}

function isNumbered(text: Tagged, at: number): boolean {
  return isNumber(text, at) || text.has(at, is.unit)
}

/** `calle nueva`: right after the kind of street any word is its name. */
function isFirstWord(text: Tagged, type: number, at: number): boolean {
  return text.lexicon.language === 'es' && at === type + 1 && !text.isTaken(at) && !text.hasDigit(at)
}

/** Also with a word before it: `número doce`, `nº 4`. */
function numberAfter(text: Tagged, at: number): number {
  const from = text.has(at, is.unit) && text.isListed(at) ? at + 1 : at
  if (!text.isListed(from) || !isNumber(text, from)) return at
  const end = numberEnd(text, from)
  return text.hasDigit(end - 1) && text.isLetter(end) && text.isJoined(end) ? end + 1 : end
}

/** `Hauptstraße 12`, `Koskikatu 25`: the kind of street is the end of the word. */
export function typeWithin(text: Tagged, at: number): Found | undefined {
  const word = text.plain(at)
  if (word.length < 5 || text.has(at, is.stop)) return undefined
  const end = text.lexicon.streetEnds.find((one) => word.length > one.length + 2 && word.endsWith(one))
  if (end === undefined) return undefined
  if (text.isCased && !text.isCapital(at)) return undefined
  if (!text.isJoined(at + 1) && text.gapMark(at + 1) !== 44) return undefined
  const number = numberEnd(text, at + 1)
  if (number === at + 1) return undefined
  return whole(text, numberStart(text, at), number, 0.85, true)
}

export const germanBefore = new Set(['am', 'im', 'an', 'unter', 'zum', 'zur', 'auf', 'hinter'])

/** `Am Markt 3`, `An der Kirche 12`. */
export function namedPlace(text: Tagged, at: number): Found | undefined {
  if (text.lexicon.language !== 'de' || !germanBefore.has(text.plain(at))) return undefined
  const from = text.plain(at + 1) === 'der' || text.plain(at + 1) === 'den' ? at + 2 : at + 1
  if (text.has(from, is.stop | is.known | is.number) || text.hasDigit(from) || !text.isJoined(from))
    return undefined
  if (text.isCased && !text.isCapital(from)) return undefined
  if (text.has(from, is.word) || !isNumber(text, from + 1) || !text.isJoined(from + 1)) return undefined
  return whole(text, at, numberEnd(text, from + 1), 0.75, true)
}
