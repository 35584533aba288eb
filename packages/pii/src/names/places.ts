import { cue, is } from './lexicon.ts'
import { nameEnd } from './name-run.ts'
import type { Tagged } from './tagged.ts'

/** Cities, states and countries that are known, and what stands where a place does: `I live in …`. */
export function findPlaces(text: Tagged): void {
  for (const { end, cues } of text.cues) if (cues & cue.place) placeAfter(text, text.pastFillers(end), true)
  for (let at = 0; at < text.length; at += 1) {
    if (text.has(at, is.placeHint)) placeAfter(text, text.pastFillers(at + 1), false)
    if (!text.isTaken(at)) knownPlace(text, at)
  }
}

function knownPlace(text: Tagged, at: number): void {
  const end = placeEnd(text, at)
  if (end === at) return
  const isSure = end - at > 1 || !text.has(at, is.given | is.family) || text.isAllCapitals(at)
  if (isSure && (!text.isCased || text.isCapital(at))) text.take('location', at, end, 0.7)
}

/** Where a place that is in the lists ends; `at` where none begins there. A city whose name is a word needs its capital, or that something is sure to be a place. */
export function placeEnd(text: Tagged, at: number, isSure = false): number {
  if (at >= text.length || text.isTaken(at)) return at
  const isPlain = !isSure && isPlainHere(text, at)
  const thing = text.thingAt(at)
  if (thing !== undefined && isPlace(thing.value) && !(thing.end === at + 1 && isPlain)) return thing.end
  if (!text.has(at, is.city) || (text.has(at, is.known) && !isSure)) return at
  return isPlain ? at : at + 1
}

function isPlace(thing: string): boolean {
  return thing === 'city' || thing === 'state' || thing === 'country'
}

function isPlainHere(text: Tagged, at: number): boolean {
  return text.has(at, is.word | is.stop | is.number) && !text.isNamed(at)
}

function placeAfter(text: Tagged, from: number, isCue: boolean): void {
  if (from >= text.length || text.isTaken(from) || text.hasDigit(from)) return
  const known = placeEnd(text, from, isCue)
  if (known > from) {
    if (!text.isCased || text.isCapital(from)) text.take('location', from, known, 0.8)
    return
  }
  if (text.has(from, is.stop | is.number | is.known | is.filler | is.title)) return
  if (isCue && !text.isCased && text.isStrange(from)) text.take('location', from, from + 1, 0.6)
  if (!text.isNamed(from) || text.lexicon.language === 'de') return
  if (text.has(from, is.word) && !isCue) return
  if (text.isAllCapitals(from) && text.plain(from).length < 4) return
  // `the assistant to Valida Ibragimov` is somebody.
  if (!isCue && text.has(from, is.given) && text.isNamed(from + 1) && text.isJoined(from + 1)) return
  text.take('location', from, nameEnd(text, from), 0.6)
}
