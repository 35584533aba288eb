import { cue, is } from './lexicon.ts'
import { isOneWord, isOnlyName, nameEnd, nameStrength, verbsToo, wordsToo } from './name-run.ts'
import { connectedEnd, isInitial, isNameWord, isSpeaker, isUnknown, named } from './name-words.ts'
import type { Tagged } from './tagged.ts'

/** Names after `my name is` and `mr`. */
export function findCuedNames(text: Tagged): void {
  for (let at = 0; at < text.length; at += 1) {
    if (text.has(at, is.title)) titled(text, at)
  }
  for (const { end, cues } of text.cues) if (cues & cue.name) cuedName(text, end)
}

/** Names after words that a name often follows, and before `speaking`. */
export function findHintedNames(text: Tagged): void {
  for (const { at, end, cues } of text.cues) {
    if (cues & cue.hint) hintedName(text, end, end - at === 1 && weakHints.has(text.plain(at)))
    if (cues & cue.after) nameBefore(text, at)
  }
}

function titled(text: Tagged, at: number): void {
  let from = at + 1
  while (text.has(from, is.title) && (text.isJoined(from) || text.isAfterDot(from))) from += 1
  if (from >= text.length || text.isTaken(from) || text.hasDigit(from)) return
  if (!(text.isJoined(from) || text.isAfterDot(from))) return
  if (text.has(from, is.stop | is.number | is.filler) && !text.isNamed(from)) return
  if (text.isCased && !text.isCapital(from) && !text.has(from, is.connector)) return
  if (!text.isCased && text.has(from, is.word) && !text.has(from, named)) return
  const linked = connectedEnd(text, from)
  text.take('person', from, linked > from ? nameEnd(text, linked - 1) : nameEnd(text, from), 0.9)
}

/** Words that follow a cue and are no name: `my name is spelled`, `not`. */
const afterCue = new Set([
  'spelled',
  'spelt',
  'correct',
  'wrong',
  'misspelled',
  'different',
  'appears',
  'same',
  'under',
  'dear',
  'sir',
  'madam',
  'service',
  'customer',
  'support',
  'details',
  'information',
  'someone',
  'somebody',
  'anyone',
])

function cuedName(text: Tagged, after: number): void {
  let from = text.pastFillers(after)
  if (text.has(from, is.title)) return
  if (text.plain(from) === 'is') from = text.pastFillers(from + 1)
  if (from >= text.length || text.isTaken(from) || text.hasDigit(from)) return
  if (text.has(from, is.stop | is.number) && !text.isNamed(from) && !isInitial(text, from)) return
  if (afterCue.has(text.plain(from))) return
  if (text.gapMark(from) === 46 || text.gapMark(from) === 63) return
  if (isPlainWord(text, from)) return
  const linked = connectedEnd(text, from)
  const end = nameEnd(text, linked > from ? linked - 1 : from)
  text.take('person', from, end, 0.9)
}

/** A word of the language that is nobody's name, written small where names are written with a capital. */
function isPlainWord(text: Tagged, at: number): boolean {
  if (text.isNamed(at)) return false
  if (text.has(at, named) && !text.isCased) return false
  if (text.isCased && !text.isCapital(at)) return !text.has(at, is.connector)
  return text.has(at, is.word) && !text.has(at, named)
}

/** Words that come before anything: a name after one of these must be nothing but a name. */
const weakHints = new Set(
  'and to of for by is are with about see saw know let tell from met meet said says ask asked'.split(' '),
)

/** After these somebody comes rather than something. */
const dueAfter = new Set('ask asked tell met meet from'.split(' '))

function hintedName(text: Tagged, after: number, isWeak: boolean): void {
  const from = text.pastFillers(after)
  if (!isNameWord(text, from) && !isInitial(text, from)) return
  const end = nameEnd(text, from)
  if (isWeak && !text.isCased && !isOnlyName(text, from, end)) return
  // `the camera is blurry`: a word that nobody knows is a name only where a name is due.
  if (
    isWeak &&
    !text.isCased &&
    !dueAfter.has(text.plain(after - 1)) &&
    isOneWord(text, from, end) &&
    !text.has(from, named)
  )
    return
  if (nameStrength(text, from, end) >= hintedEnough(text, from, end)) text.take('person', from, end, 0.75)
}

/** After these a word that is also a given name is one: `my husband rob`. */
const kin = new Set(
  'husband wife son daughter mother father brother sister partner mann sohn tochter mutter vater bruder schwester marido mujer esposo esposa hijo hija madre padre hermano hermana mari femme fils fille mere pere frere soeur'.split(
    ' ',
  ),
)

function hintedEnough(text: Tagged, from: number, end: number): number {
  // One word that the language has needs more: `this is art`, but `this is hunter calling`.
  const isFollowed = end === text.length || text.has(end, is.afterName) || text.plain(end) === 'i'
  const isOne = isOneWord(text, from, end)
  if (isOne && text.has(from, is.given) && kin.has(text.plain(from - 1))) return 1
  if (isOne && text.has(from, is.given) && isFollowed && !verbsToo.has(text.plain(from))) return 1
  return isOne && text.has(from, is.word) ? 3 : text.lexicon.language === 'en' || text.isCased ? 1 : 2
}

/** `… speaking`: the words before it. */
function nameBefore(text: Tagged, at: number): void {
  let from = at
  while (from > 0 && at - from < 3 && isNameWord(text, from - 1) && (from === at || text.isJoined(from)))
    from -= 1
  if (from < at && isOnlyName(text, from, at) && nameStrength(text, from, at) >= 3)
    text.take('person', from, at, 0.7)
}

/** Whether nothing but a name was said, as the answer to a question for it. */
function isAllThere(text: Tagged, from: number, end: number): boolean {
  if (end !== text.length || text.pastFillers(0) !== from || end - from > 4) return false
  if (isOneWord(text, from, end))
    return text.has(from, is.given) && (!text.has(from, is.word) || text.has(from, is.commonGiven))
  for (let at = from; at < end; at += 1)
    if (!text.has(at, named) && !text.isLetter(at) && !isUnknown(text, at)) return false
  return true
}

/** Names that nothing announces: a given name with what follows, or capitals that are no word. */
export function findFreeNames(text: Tagged): void {
  for (let at = 0; at < text.length; at += 1) {
    if (!isNameWord(text, at)) continue
    const end = nameEnd(text, at)
    const strength = nameStrength(text, at, end)
    if (strength >= freeEnough(text, at, end)) text.take('person', at, end, strength >= 5 ? 0.8 : 0.6)
    at = end - 1
  }
}

function freeEnough(text: Tagged, from: number, end: number): number {
  if (text.isCased) {
    if (isSpeaker(text, from)) return 1
    if (text.isAllCapitals(from) && end - from === 1 && text.plain(from).length < 5) return 5
    return text.lexicon.language === 'de' ? 4 : 3
  }
  const begins = text.has(from, is.commonGiven) && !text.has(from, is.word) && !wordsToo.has(text.plain(from))
  if (isAllThere(text, from, end)) return 1
  if (isOneWord(text, from, end)) return begins ? 4 : 99
  if (!isOnlyName(text, from, end)) return 99
  if (text.has(from, is.given) || begins) return text.lexicon.language === 'en' ? 3 : 4
  return text.lexicon.language === 'en' && text.has(from, named) ? 4 : 99
}
