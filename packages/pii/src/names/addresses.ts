import { isNumber } from './address-tail.ts'
import { addressAfterCue } from './cued-address.ts'
import type { Found } from './found-address.ts'
import { cue, is } from './lexicon.ts'
import { box, byCapitals, unitAlone } from './odd-addresses.ts'
import { namedPlace, typeFirst, typeLast, typeWithin } from './streets.ts'
import type { Tagged } from './tagged.ts'

/** Addresses: a number, a street and what kind of street it is, in the order of each language, and all that follows. */
export function findAddresses(text: Tagged): void {
  for (const { end, cues } of text.cues)
    if (cues & cue.address) keep(text, addressAfterCue(text, text.pastFillers(end)))
  for (let at = 0; at < text.length; at += 1) {
    if (text.isTaken(at)) continue
    const found =
      (text.has(at, is.streetAfter) ? typeLast(text, at) : undefined) ??
      (text.has(at, is.streetBefore) ? typeFirst(text, at) : undefined) ??
      (isNumber(text, at + 1) ? beforeNumber(text, at) : undefined) ??
      namedPlace(text, at) ??
      box(text, at) ??
      (text.isCased ? byCapitals(text, at) : undefined)
    if (found !== undefined) at = keep(text, found) - 1
  }
}

function keep(text: Tagged, found: Found | undefined): number {
  if (found === undefined) return 0
  text.take('address', found.from, found.end, found.confidence)
  return found.end
}

function beforeNumber(text: Tagged, at: number): Found | undefined {
  return typeWithin(text, at) ?? unitAlone(text, at)
}
