import { cue, is } from './lexicon.ts'
import type { Tagged } from './tagged.ts'

const longestFirm = 6

/** Companies and institutions: by their end (`Inc`), by a word of theirs (`bank`), by what stands before (`I work for`). */
export function findFirms(text: Tagged): void {
  for (const { end, cues } of text.cues) if (cues & cue.firm) afterCue(text, text.pastFillers(end))
  for (let at = 0; at < text.length; at += 1) {
    if (text.isTaken(at)) continue
    const thing = text.thingAt(at)
    if (thing?.value === 'firm' && (!text.isCased || text.isCapital(at) || text.isFirst(at))) {
      text.take('organisation', at, firmTail(text, thing.end), 0.8)
      continue
    }
    if (partners(text, at)) continue
    if (text.has(at, is.firmEnd)) byEnd(text, at)
    else if (text.has(at, is.firmWord)) byWord(text, at)
  }
}

/** `Davis, Reynolds and Williamson`. */
function partners(text: Tagged, at: number): boolean {
  if (!text.isCased || text.gapMark(at + 1) !== 44 || text.plain(at + 2) !== 'and' || !text.isJoined(at + 3))
    return false
  for (const one of [at, at + 1, at + 3])
    if (!text.has(one, is.family | is.given) || !text.isCapital(one) || text.isTaken(one)) return false
  text.take('organisation', at, at + 4, 0.6)
  return true
}

/** Also its `Inc` and the like. */
function firmTail(text: Tagged, end: number): number {
  let to = end
  while (to < text.length && text.has(to, is.firmEnd | is.firmWord) && text.isListed(to) && !text.isFirst(to))
    to += 1
  // `S.L.` and `S.A.` are two letters here.
  const isSpanish = text.plain(to) === 's' && (text.plain(to + 1) === 'l' || text.plain(to + 1) === 'a')
  return isSpanish ? to + 2 : to
}

function isPart(text: Tagged, at: number): boolean {
  if (at < 0 || text.isTaken(at) || text.hasDigit(at)) return false
  if (text.isCased) return text.isCapital(at) && !(text.isFirst(at) && text.has(at, is.stop))
  return ordinals.has(text.plain(at)) || !text.has(at, is.stop | is.filler | is.cue | is.number)
}

const ordinals = new Set(['first', 'second', 'third', 'fifth'])

/** Where the words before `at` that belong to it begin: `Smith and Sons`, `Harper & Lowe`. */
function partsBefore(text: Tagged, at: number, most: number): number {
  let from = at
  while (from > 0 && at - from < most) {
    const before = from - 1
    if (!text.isListed(from) && text.gapMark(from) !== 38 && !isWithAnd(text, from)) break
    if (text.isFirst(from) && from !== at) break
    if (isPart(text, before)) from = before
    else if (isLink(text, before) && isPart(text, before - 1)) from = before - 1
    else break
  }
  return from
}

function isLink(text: Tagged, at: number): boolean {
  const word = text.plain(at)
  return word === 'and' || word === 'und' || word === 'et' || word === 'y' || word === 'of'
}

function isWithAnd(text: Tagged, at: number): boolean {
  return (
    (text.scan.gaps[at] ?? 0) === 1 &&
    text.scan.text.slice(text.scan.tokens[at - 1]?.end, text.scan.tokens[at]?.start).includes('&')
  )
}

/** Two letters like `ag` and `sa` are words of other languages too: in speech only those that are nothing else. */
const clearEnds = new Set([
  'inc',
  'incorporated',
  'llc',
  'ltd',
  'limited',
  'corp',
  'corporation',
  'llp',
  'plc',
  'gmbh',
  'sarl',
  'pvt',
  'ohg',
  'eurl',
  'sasu',
  'slu',
])

function byEnd(text: Tagged, at: number): void {
  if (!clearEnds.has(text.plain(at)) && !text.isNamed(at) && text.isCased) return
  if (
    !text.isCased &&
    !clearEnds.has(text.plain(at)) &&
    !text.has(at - 1, is.firmWord) &&
    at < text.length - 1
  )
    return
  if (text.isFirst(at)) return
  const from = partsBefore(text, at, text.isCased ? longestFirm : 3)
  if (from < at) text.take('organisation', from, firmTail(text, at + 1), 0.85)
}

function byWord(text: Tagged, at: number): void {
  const from = partsBefore(text, at, text.isCased ? longestFirm : 3)
  let end = at + 1
  while (text.has(end, is.firmWord) && text.isJoined(end)) end += 1
  const ofWhat = text.plain(end) === 'of' || text.plain(end) === 'de' ? end + 1 : end
  if (
    ofWhat > end &&
    isPart(text, ofWhat) &&
    (text.isNamed(ofWhat) || (!text.isCased && text.has(ofWhat, is.city | is.thing)))
  )
    end = ofWhat + 1
  if (text.isCased && !text.isNamed(at)) return
  if (end === at + 1 && from === at) return
  if (!text.isCased && !isNamedBefore(text, from, at)) return
  text.take('organisation', from, firmTail(text, end), 0.7)
}

/** In speech a bank or clinic has a name when one of the words before it is no word of the language. */
function isNamedBefore(text: Tagged, from: number, at: number): boolean {
  for (let word = from; word < at; word += 1) if (text.isStrange(word)) return true
  // `from first national bank`: two words of the language are a name where one is due.
  return at - from > 1 && text.has(from - 1, is.placeHint | is.connector)
}

function afterCue(text: Tagged, from: number): void {
  if (from >= text.length || text.isTaken(from) || text.hasDigit(from) || text.isFirst(from)) return
  if (text.isCased && !text.isCapital(from)) return
  let to = from
  while (
    to < text.length &&
    to - from < longestFirm &&
    (to === from || text.isJoined(to) || text.gapMark(to) === 38 || isWithAnd(text, to))
  ) {
    if (isPart(text, to)) to += 1
    else if (to > from && isLink(text, to) && isPart(text, to + 1) && !text.isTaken(to + 1)) to += 2
    else break
  }
  if (to > from && !(to === from + 1 && text.has(from, is.word) && !text.isNamed(from)))
    text.take('organisation', from, firmTail(text, to), 0.75)
}
