import type { Entry, Lexicon } from './lexicon.ts'
import { afterFillers } from './pauses.ts'
import { digitsOnly, gapSpace, type Scan } from './scan.ts'
import type { NumberWord } from './words.ts'

/** A text with the words of its language at hand. `entries[i]` is what token `i` can be. */
export interface Reading {
  readonly scan: Scan
  readonly lexicon: Lexicon
  readonly entries: readonly (Entry | undefined)[]
}

/** One number, as it was said or written. */
export interface Numeral {
  /** Its digits: `forty five` is `45`, `oh` is `0`, `double two` is `22`. */
  readonly digits: string
  /** What it is when each word is taken for itself: `forty five` as `405`. */
  readonly apart: string | undefined
  /** The token behind it. */
  readonly to: number
  readonly spoken: boolean
  /** It has a thousand or more in it: an amount rather than digits. */
  readonly quantity: boolean
}

interface Part {
  readonly value: number
  readonly to: number
  readonly apart: string | undefined
}

function wordAt(reading: Reading, at: number): NumberWord | undefined {
  return reading.entries[at]?.number
}

/** Words of one number stand beside each other, or with a hyphen between. */
function joined(reading: Reading, at: number): boolean {
  const gap = reading.scan.gaps[at]
  return gap === gapSpace || gap === 45
}

function nextWord(reading: Reading, at: number): NumberWord | undefined {
  return joined(reading, at) ? wordAt(reading, at) : undefined
}

function isAnd(reading: Reading, at: number): boolean {
  return joined(reading, at) && reading.entries[at]?.link === 'and'
}

function isDigitWord(word: NumberWord | undefined, from: number, to: number): word is NumberWord {
  return word?.kind === 'unit' && word.value >= from && word.value <= to
}

/** French counts on: 60 + 11 … 19, 80 + 1 … 19. */
function frenchBeyond(reading: Reading, at: number, base: number): Part | undefined {
  const start = isAnd(reading, at) ? at + 1 : at
  const word = nextWord(reading, start)
  if (word?.kind !== 'teen') return undefined
  const more = word.value === 10 ? nextWord(reading, start + 1) : undefined
  if (isDigitWord(more, 7, 9)) return { value: base + 10 + more.value, to: start + 2, apart: undefined }
  return { value: base + word.value, to: start + 1, apart: undefined }
}

/** `twenty too fifty`: a misheard unit before the next number. */
function noiseBetween(reading: Reading, at: number): number | undefined {
  const noise = reading.entries[at]?.noise
  return noise !== undefined && nextWord(reading, at + 1) !== undefined ? Number(noise) : undefined
}

function tensAndUnit(reading: Reading, at: number, tens: number): Part {
  const { language } = reading.lexicon
  if (language === 'fr' && (tens === 60 || tens === 80)) {
    const beyond = frenchBeyond(reading, at + 1, tens)
    if (beyond !== undefined) return beyond
  }
  if (language !== 'de') {
    const withAnd = (language === 'es' || language === 'fr') && isAnd(reading, at + 1)
    const word = nextWord(reading, withAnd ? at + 2 : at + 1)
    const noise = word === undefined && language === 'en' ? noiseBetween(reading, at + 1) : undefined
    if (noise !== undefined) return { value: tens + noise, to: at + 2, apart: `${tens}${noise}` }
    if (isDigitWord(word, 1, 9) && (!withAnd || language === 'es' || word.value === 1))
      return { value: tens + word.value, to: at + (withAnd ? 3 : 2), apart: `${tens}${word.value}` }
  }
  return { value: tens, to: at + 1, apart: undefined }
}

function unitFirst(reading: Reading, at: number, unit: number): Part | undefined {
  const { language } = reading.lexicon
  if (language === 'de' && unit > 0 && isAnd(reading, at + 1)) {
    const tens = nextWord(reading, at + 2)
    if (tens?.kind === 'tens') return { value: tens.value + unit, to: at + 3, apart: `${unit}${tens.value}` }
  }
  if (language === 'fr' && unit === 4) {
    const twenty = nextWord(reading, at + 1)
    if (twenty?.kind !== 'tens' || twenty.value !== 20) return undefined
    const beyond = frenchBeyond(reading, at + 2, 80)
    if (beyond !== undefined) return { ...beyond, apart: `4${beyond.value - 60}` }
    const more = nextWord(reading, at + 2)
    if (isDigitWord(more, 1, 9)) return { value: 80 + more.value, to: at + 3, apart: `4${20 + more.value}` }
    return { value: 80, to: at + 2, apart: '420' }
  }
  return undefined
}

function teen(reading: Reading, at: number, value: number): Part {
  const { language } = reading.lexicon
  if (value !== 10 || (language !== 'fr' && language !== 'es')) return { value, to: at + 1, apart: undefined }
  const withAnd = language === 'es' && isAnd(reading, at + 1)
  const more = language === 'fr' || withAnd ? nextWord(reading, withAnd ? at + 2 : at + 1) : undefined
  if (isDigitWord(more, withAnd ? 6 : 7, 9))
    return { value: 10 + more.value, to: at + (withAnd ? 3 : 2), apart: `10${more.value}` }
  return { value, to: at + 1, apart: undefined }
}

function belowHundred(reading: Reading, at: number): Part | undefined {
  const word = wordAt(reading, at)
  if (word === undefined) return undefined
  if (word.kind === 'unit')
    return unitFirst(reading, at, word.value) ?? { value: word.value, to: at + 1, apart: undefined }
  if (word.kind === 'teen') return teen(reading, at, word.value)
  if (word.kind === 'tens') return tensAndUnit(reading, at, word.value)
  return word.kind === 'whole' ? { value: word.value, to: at + 1, apart: undefined } : undefined
}

/** What follows a hundred and belongs to it: not a digit that other digits follow (`eight hundred five five five`). */
function restOfHundred(reading: Reading, at: number): Part | undefined {
  const withAnd = isAnd(reading, at)
  const from = withAnd ? at + 1 : at
  if (!joined(reading, from)) return undefined
  const rest = belowHundred(reading, from)
  if (rest === undefined || rest.value === 0) return undefined
  if (withAnd || rest.value > 9) return rest
  return nextWord(reading, rest.to)?.kind === 'unit' ? undefined : rest
}

function hundreds(reading: Reading, at: number): Part | undefined {
  const word = wordAt(reading, at)
  let base: Part | undefined
  if (word?.kind === 'hundreds' || word?.kind === 'hundred')
    base = { value: word.value, to: at + 1, apart: undefined }
  else {
    const low = belowHundred(reading, at)
    if (low === undefined || low.value === 0 || nextWord(reading, low.to)?.kind !== 'hundred') return low
    base = { value: low.value * 100, to: low.to + 1, apart: undefined }
  }
  const rest = restOfHundred(reading, base.to)
  if (rest === undefined) return base
  return { value: base.value + rest.value, to: rest.to, apart: `${base.value}${rest.value}` }
}

/** `leading`: a scale without a number before it, `mil uno`. */
function scaled(reading: Reading, first: Part, leading?: NumberWord): Part | undefined {
  let total = 0
  let part: Part | undefined = first
  let to = first.to
  let scales = 0
  while (part !== undefined && scales < 4) {
    const scale = scales === 0 && leading !== undefined ? leading : nextWord(reading, part.to)
    if (scale?.kind !== 'thousand' && scale?.kind !== 'million') {
      total += part.value
      to = part.to
      break
    }
    total += part.value * scale.value
    to = part.to + 1
    scales += 1
    const from = isAnd(reading, to) ? to + 1 : to
    part =
      joined(reading, from) && wordAt(reading, from)?.kind !== 'times' ? hundreds(reading, from) : undefined
  }
  return scales === 0 ? undefined : { value: total, to, apart: undefined }
}

function numeral(digits: string, to: number, quantity = false, apart?: string): Numeral {
  return { digits, apart, to, spoken: true, quantity }
}

function repeated(reading: Reading, at: number, times: number): Numeral | undefined {
  const { scan } = reading
  const next = afterFillers(reading, at + 1)
  if (!joined(reading, next)) return undefined
  const word = wordAt(reading, next)
  if (word?.kind === 'unit') return numeral(String(word.value).repeat(times), next + 1)
  if (word?.kind === 'teen' || word?.kind === 'tens') {
    const part = belowHundred(reading, next)
    if (part !== undefined) return numeral(String(part.value).repeat(times), part.to)
  }
  const noise = reading.entries[next]?.noise
  if (noise !== undefined) return numeral(noise.repeat(times), next + 1)
  const token = scan.tokens[next]
  const isDigit = token?.plain.length === 1 && ((scan.kinds[next] ?? 0) & digitsOnly) !== 0
  return isDigit ? numeral(token.plain.repeat(times), next + 1) : undefined
}

function written(reading: Reading, at: number): Numeral | undefined {
  const { scan } = reading
  if (((scan.kinds[at] ?? 0) & digitsOnly) === 0) return undefined
  const digits = scan.tokens[at]?.plain ?? ''
  const scale = nextWord(reading, at + 1)
  if (scale?.kind === 'thousand' || scale?.kind === 'million')
    return { digits, apart: undefined, to: at + 2, spoken: false, quantity: true }
  if (scale?.kind === 'hundred' && digits.length < 3) return numeral(`${digits}00`, at + 2)
  return { digits, apart: undefined, to: at + 1, spoken: false, quantity: false }
}

/** The number that begins at token `at`. Looks at a bounded number of tokens. */
export function numeralAt(reading: Reading, at: number): Numeral | undefined {
  const word = wordAt(reading, at)
  if (word === undefined) return written(reading, at)
  if (word.kind === 'times') return repeated(reading, at, word.value)
  if (word.kind === 'thousand' || word.kind === 'million') {
    if (reading.lexicon.language === 'en') return undefined
    const part = scaled(reading, { value: 1, to: at, apart: undefined }, word)
    return part && numeral(String(part.value), part.to, true)
  }
  const part = hundreds(reading, at)
  if (part === undefined) return undefined
  const whole = scaled(reading, part)
  if (whole !== undefined) return numeral(String(whole.value), whole.to, true)
  return numeral(String(part.value), part.to, false, part.apart)
}
