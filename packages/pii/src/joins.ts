import type { Reading } from './numerals.ts'
import { pauseAt } from './pauses.ts'
import { isHard, type Join } from './pieces.ts'
import { gapLine, gapMixed, gapSpace, loose } from './scan.ts'
import type { Link } from './words.ts'

const mostLinks = 7 // "no, sorry, I mean the last is", and it is still one number

export function joinOfGap(reading: Reading, at: number): Join | undefined {
  const gap = reading.scan.gaps[at] ?? 0
  if (gap === gapSpace || gap === 0) return 'space'
  if (gap === gapLine) return 'line'
  switch (gap & 255) {
    case 45:
    case 95:
      return 'dash'
    case 44:
    case 59:
      return 'comma'
    case 46:
      return gap >= loose ? 'stop' : 'dot'
    case 47:
      return 'slash'
    case 58:
      return gap >= loose ? undefined : 'colon'
    case 40:
    case 41:
    case 43:
    case 42:
    case 35:
    case 183:
      return 'mixed'
    default:
      return gap === gapMixed ? mixedGap(reading, at) : undefined
  }
}

/** `) -`, ` (0)`: a few marks that numbers are written with. */
function mixedGap(reading: Reading, at: number): Join | undefined {
  const { text, tokens } = reading.scan
  const from = tokens[at - 1]?.end ?? 0
  const to = tokens[at]?.start ?? 0
  if (to - from > 6) return undefined
  let stop = false
  for (let i = from; i < to; i += 1) {
    const mark = text[i] ?? ''
    if (mark === '…' || mark === '.') stop = true
    else if (!' ()-–+/,·'.includes(mark)) return undefined
  }
  return stop ? 'stop' : 'mixed'
}

const linkRank: Readonly<Record<Link, number>> = {
  restart: 8,
  correction: 7,
  dash: 5,
  dot: 5,
  slash: 5,
  space: 4,
  plus: 4,
  and: 3,
  filler: 1,
}

/** Words that only a correction is made of: they bridge where a word of correction is among them. */
const bridgeWords = new Set([
  'i',
  'is',
  'it',
  'its',
  "it's",
  'that',
  'thats',
  "that's",
  'let',
  'me',
  'start',
  'the',
  'a',
  'my',
  'bad',
  'was',
  'should',
  'be',
  'not',
  'es',
  'que',
  'ich',
  'das',
  'war',
  'ist',
  'je',
  'veux',
  'c',
  'est',
  'quiero',
  'perdon',
  'von',
  'nein',
  'digo',
  'this',
  'one',
  'last',
  'nahi',
  'hai',
  'try',
  'im',
  "i'm",
  'de',
  'da',
  'by',
  'mistake',
])

interface Bridge {
  readonly join: Join
  readonly at: number
}

/** Over fillers and corrections to the next piece. */
export function bridge(reading: Reading, from: number): Bridge | undefined {
  let at = from
  let rank = 0
  let join: Link | undefined
  let plainWords = 0
  while (at < from + mostLinks) {
    const gap = reading.scan.gaps[at] ?? 0
    if (at >= reading.scan.tokens.length || gap === gapLine) return undefined
    const pause = pauseAt(reading, at)
    if (pause > 0) {
      at += pause
      join ??= 'filler'
      continue
    }
    if (at > from && isHard(reading, at)) break
    const link = reading.entries[at]?.link
    const word = reading.scan.tokens[at]?.plain ?? ''
    if (link === undefined && !bridgeWords.has(word)) break
    if (link === undefined && word.length === 1 && rank < 7 && reading.entries[at + 1]?.link !== 'correction')
      break // a letter, unless it is "I mean"
    if (link === undefined) plainWords += 1
    else if (linkRank[link] > rank) {
      rank = linkRank[link]
      join = link
    }
    at += 1
  }
  if (at === from || join === undefined || (plainWords > 0 && rank < 7)) return undefined
  return { join, at }
}
