import { isNumber, numberEnd } from './address-tail.ts'
import { isStreetWord, mostWords, whole, type Found } from './found-address.ts'
import { is } from './lexicon.ts'
import { germanBefore } from './streets.ts'
import type { Tagged } from './tagged.ts'

/** After `I live at`: a number and what follows it, or a street. */
export function addressAfterCue(text: Tagged, begin: number): Found | undefined {
  if (begin >= text.length || text.isTaken(begin)) return undefined
  let from = begin
  const { language } = text.lexicon
  if (language === 'hi' && text.has(from, is.unit)) return hindiHouse(text, from)
  if (isNumber(text, from)) return numbered(text, from)
  while (
    from < begin + 2 &&
    text.has(from, is.stop) &&
    !text.has(from, is.streetBefore) &&
    !germanBefore.has(text.plain(from))
  )
    from += 1
  if (language === 'en' && !text.isCased) return spokenStreet(text, from)
  return undefined
}

function numbered(text: Tagged, from: number): Found | undefined {
  let end = numberEnd(text, from)
  const number = end
  while (
    end - number < mostWords + 1 &&
    text.isListed(end) &&
    isStreetWord(text, end) &&
    !text.isFirst(end)
  ) {
    end += 1
    if (text.has(end - 1, is.streetAfter) && end - 1 > number && !text.has(end, is.streetAfter)) break
  }
  return end > number ? whole(text, from, end, 0.8, true) : undefined
}

/** `I live on maple avenue`: no number, but it was said that somebody lives there. */
function spokenStreet(text: Tagged, from: number): Found | undefined {
  for (let at = from + 1; at <= from + 3 && at < text.length; at += 1) {
    if (!isStreetWord(text, at - 1) || text.has(at - 1, is.number)) return undefined
    if (text.has(at, is.streetAfter)) return whole(text, from, at + 1, 0.7, true)
  }
  return undefined
}

function hindiHouse(text: Tagged, from: number): Found | undefined {
  let end = from + 1
  if (text.plain(end) === 'number') end += 1
  end = numberEnd(text, end)
  const number = end
  while (
    end - number < 5 &&
    text.isListed(end) &&
    end < text.length &&
    !text.has(end, is.stop) &&
    !text.isFirst(end)
  )
    end += 1
  return end > number ? { from, end, confidence: 0.8 } : undefined
}
