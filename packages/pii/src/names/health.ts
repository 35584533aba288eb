import { healthEnds } from './health-terms.ts'
import { is } from './lexicon.ts'
import type { Tagged } from './tagged.ts'

const shortestByEnd = 7 // what is shorter and ends so is a name or a word of another trade

const byLastTwo = Map.groupBy(healthEnds, (end) => end.slice(-2))

/** Illnesses, procedures and drugs: those in the list, and words of medicine by how they end. */
export function findHealth(text: Tagged): void {
  for (let at = 0; at < text.length; at += 1) {
    if (text.isTaken(at)) continue
    const thing = text.thingAt(at)
    if (thing?.value === 'health') {
      text.take('health', at, thing.end, 0.8)
      at = thing.end - 1
    } else if (endsLikeMedicine(text, at)) text.take('health', at, at + 1, 0.6)
  }
}

function endsLikeMedicine(text: Tagged, at: number): boolean {
  const word = text.plain(at)
  if (word.length < shortestByEnd || !text.isStrange(at) || text.has(at, is.given | is.family | is.city))
    return false
  if (text.isNamed(at) && text.lexicon.language !== 'de') return false
  return byLastTwo.get(word.slice(-2))?.some((end) => word.endsWith(end)) ?? false
}
