import { cue, is } from './lexicon.ts'
import type { Tagged } from './tagged.ts'

/** So many letters in a row are somebody's name; fewer are one where it was said that it is spelled. */
const enoughLetters = 5
const enoughAfterCue = 2

/** Names letter by letter: `S M I T H`, `s-m-i-t-h`, `s as in sierra`, `s for sugar`, `double l`. */
export function findSpelled(text: Tagged): void {
  const firstCue = text.cues.find(({ cues }) => (cues & (cue.spell | cue.name)) !== 0)?.end ?? text.length
  for (let at = 0; at < text.length; at += 1) {
    if (text.plain(at).length > 1) continue
    const isCued = at >= firstCue
    const end = lettersEnd(text, at)
    if (end === at) continue
    const letters = count(text, at, end)
    if (letters >= (isCued ? enoughAfterCue : enoughLetters) && !isWithDigits(text, at, end))
      text.take('person', at, end, 0.7)
    at = end - 1
  }
}

const likes = new Set(['as', 'for', 'like', 'wie', 'de', 'comme'])

function lettersEnd(text: Tagged, from: number): number {
  let to = from
  while (to < text.length && !text.isTaken(to)) {
    if (text.isLetter(to) && (to === from || text.isListed(to))) to += 1
    else if (to > from && text.plain(to) === 'double' && text.isLetter(to + 1)) to += 2
    else if (to > from && likes.has(text.plain(to)) && !text.isFirst(to)) {
      const word = text.plain(to) === 'as' && text.plain(to + 1) === 'in' ? to + 2 : to + 1
      if (text.plain(word)[0] !== text.plain(to - 1) || text.isLetter(word)) break
      to = word + 1
    } else break
  }
  return to
}

function count(text: Tagged, from: number, end: number): number {
  let letters = 0
  for (let at = from; at < end; at += 1) if (text.isLetter(at)) letters += 1
  return letters
}

/** Letters beside digits are no name but a number of somebody's. */
function isWithDigits(text: Tagged, from: number, end: number): boolean {
  const isNumber = (at: number) =>
    at >= 0 && at < text.length && (text.hasDigit(at) || text.has(at, is.number))
  return isNumber(from - 1) || isNumber(end)
}
