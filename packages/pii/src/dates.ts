import type { Analysis } from './analysis.ts'
import { contextsOf } from './context.ts'
import type { Finding, Language } from './contract.ts'
import { numeralAt } from './numerals.ts'
import type { Piece } from './pieces.ts'
import type { Run } from './runs.ts'
import { gapLine, gapSpace, hasDigit } from './scan.ts'

/** A day as far as it was said. */
interface DayMonthYear {
  readonly day?: number
  readonly month?: number
  readonly year?: number
}

interface Found extends DayMonthYear {
  /** Tokens. */
  readonly from: number
  readonly to: number
}

interface Part {
  readonly value: number
  readonly to: number
}

const small = new Set([
  'the',
  'of',
  'in',
  'de',
  'del',
  'du',
  'en',
  'le',
  'el',
  'der',
  'den',
  'am',
  'dem',
  'ka',
  'ki',
  'ko',
  'का',
  'की',
  'year',
  'ano',
  'annee',
  'l',
  'sal',
])

function beside(analysis: Analysis, at: number): boolean {
  const gap = analysis.scan.gaps[at] ?? 0
  return (
    gap !== gapLine &&
    (gap === gapSpace ||
      (gap & 255) === 45 ||
      (gap & 255) === 46 ||
      (gap & 255) === 44 ||
      (gap & 255) === 47 ||
      gap === 0 ||
      gap === 39)
  )
}

function skipSmall(analysis: Analysis, at: number): number {
  let next = at
  while (next < at + 2 && small.has(analysis.scan.tokens[next]?.plain ?? '') && beside(analysis, next))
    next += 1
  return next
}

/** `4th`, `1er`, `12º`: digits with what makes them an ordinal. */
function writtenOrdinal(plain: string): number | undefined {
  let digits = 0
  while (
    digits < plain.length &&
    digits < 3 &&
    plain.charCodeAt(digits) > 47 &&
    plain.charCodeAt(digits) < 58
  )
    digits += 1
  const mark = plain.slice(digits)
  if (digits === 0 || digits > 2) return undefined
  return ['st', 'nd', 'rd', 'th', 'er', 'o', 'a', 'e', 'eme', 'ste', 'ten', 'te'].includes(mark)
    ? Number(plain.slice(0, digits))
    : undefined
}

/** `do char` is the 24th. */
function dayDigits(analysis: Analysis, at: number): { digits: string; to: number } | undefined {
  const first = numeralAt(analysis, at)
  if (first?.digits.length !== 1 || !first.spoken) return first
  const second = beside(analysis, first.to) ? numeralAt(analysis, first.to) : undefined
  return second?.digits.length === 1 && second.spoken
    ? { digits: first.digits + second.digits, to: second.to }
    : first
}

/** A day of the month that begins at a token: a number, an ordinal, `twenty first`. */
function dayAt(analysis: Analysis, at: number): Part | undefined {
  const entry = analysis.entries[at]
  const token = analysis.scan.tokens[at]
  if (token === undefined) return undefined
  if (entry?.ordinal !== undefined) return { value: entry.ordinal, to: at + 1 }
  const ordinal = ((analysis.scan.kinds[at] ?? 0) & hasDigit) === 0 ? undefined : writtenOrdinal(token.plain)
  if (ordinal !== undefined && ordinal < 32) return { value: ordinal, to: at + 1 }
  if (entry?.number?.kind === 'unit' && analysis.entries[at + 1]?.link === 'and') {
    const tens = analysis.entries[at + 2]?.ordinal // German: `vier und zwanzigster`
    if (tens === 20 || tens === 30) return { value: tens + entry.number.value, to: at + 3 }
  }
  const next = analysis.entries[at + 1]?.ordinal
  if (entry?.number?.kind === 'tens' && next !== undefined && next < 10)
    return { value: entry.number.value + next, to: at + 2 }
  const numeral = dayDigits(analysis, at)
  const value = Number(numeral?.digits)
  return numeral !== undefined && numeral.digits.length < 3 && value > 0 && value < 32
    ? { value, to: numeral.to }
    : undefined
}

/** The digits after a round hundred: `unnis sau teen nau` is 1939. */
function afterHundred(analysis: Analysis, base: Part): Part {
  const tens = base.value % 100 === 0 ? numeralAt(analysis, base.to) : undefined
  const unit = tens?.digits.length === 1 ? numeralAt(analysis, tens.to) : undefined
  if (tens === undefined || tens.quantity || tens.digits.length > 2) return base
  if (tens.digits.length === 2) return { value: base.value + Number(tens.digits), to: tens.to }
  if (unit?.digits.length !== 1) return { value: base.value + Number(tens.digits), to: tens.to }
  return { value: base.value + Number(tens.digits) * 10 + Number(unit.digits), to: unit.to }
}

/** A year: `1982`, `nineteen eighty two`, `twenty oh five`, `two thousand and five`, `'82`. */
function yearAt(analysis: Analysis, at: number): Part | undefined {
  const numeral = numeralAt(analysis, at)
  if (numeral === undefined || numeral.digits.length > 4) return undefined
  const value = Number(numeral.digits)
  if (numeral.digits.length === 4)
    return value > 1879 && value < 2100 ? afterHundred(analysis, { value, to: numeral.to }) : undefined
  if (numeral.digits.length !== 2) return undefined
  if (value > 17 && value < 21 && beside(analysis, numeral.to)) {
    const rest = numeralAt(analysis, numeral.to)
    if (rest?.digits.length === 2 && Number(rest.digits) > 9)
      return { value: value * 100 + Number(rest.digits), to: rest.to }
    const unit = rest?.digits === '0' ? numeralAt(analysis, rest.to) : undefined
    if (unit?.digits.length === 1) return { value: value * 100 + Number(unit.digits), to: unit.to }
    if (rest?.digits === '00') return { value: value * 100, to: rest.to }
  }
  return digitByDigit(analysis, at) ?? { value, to: numeral.to }
}

/** `one nine eight two`. */
function digitByDigit(analysis: Analysis, at: number): Part | undefined {
  let digits = ''
  let next = at
  while (digits.length < 4) {
    const numeral = numeralAt(analysis, next)
    if (numeral === undefined) break
    digits += numeral.digits
    next = numeral.to
  }
  const value = Number(digits)
  return digits.length === 4 && value > 1879 && value < 2100 ? { value, to: next } : undefined
}

function yearAfter(analysis: Analysis, at: number): Part | undefined {
  const start = skipSmall(analysis, at)
  if (!beside(analysis, start)) return undefined
  const single = numeralAt(analysis, start)?.digits.length === 1
  return single ? digitByDigit(analysis, start) : yearAt(analysis, start)
}

/** The day before a month's name: the longest that ends right at it. */
function dayBefore(analysis: Analysis, month: number): { from: number; value: number } | undefined {
  for (let from = Math.max(0, month - 6); from < month; from += 1) {
    const day = dayAt(analysis, from)
    if (day === undefined || day.to > month) continue
    if (skipSmall(analysis, day.to) === month && beside(analysis, month)) return { from, value: day.value }
  }
  return undefined
}

function aroundMonth(analysis: Analysis, at: number, month: number): Found | undefined {
  const before = dayBefore(analysis, at)
  let to = at + 1
  let day = before?.value
  if (before === undefined) {
    const start = skipSmall(analysis, to)
    const after = beside(analysis, start) ? dayAt(analysis, start) : undefined
    const isYear =
      after !== undefined &&
      (after.value > 18 || after.value === 0) &&
      yearAt(analysis, start) !== undefined &&
      (yearAt(analysis, start)?.value ?? 0) > 99
    if (after !== undefined && !isYear) {
      day = after.value
      to = after.to
    }
  }
  const year = yearAfter(analysis, to)
  if (day === undefined && (year === undefined || year.value < 100)) return undefined
  return {
    from: before?.from ?? at,
    to: year?.to ?? to,
    month,
    ...(day === undefined ? {} : { day }),
    ...(year === undefined ? {} : { year: year.value }),
  }
}

/** `elfter zweiter neunzehnhundert…`: day and month both as ordinals, or a month as a number after an ordinal day. */
function byOrdinals(analysis: Analysis): Found[] {
  const found: Found[] = []
  analysis.entries.forEach((entry, at) => {
    if (entry?.ordinal === undefined) return
    const start = analysis.entries[at - 1]?.number?.kind === 'tens' ? at - 1 : at
    const day = dayAt(analysis, start)
    const month = day === undefined ? undefined : dayAt(analysis, skipSmall(analysis, day.to))
    const year = month === undefined || month.value > 12 ? undefined : yearAfter(analysis, month.to)
    if (day === undefined || month === undefined || year === undefined || day.value > 31) return
    found.push({ from: start, to: year.to, day: day.value, month: month.value, year: year.value })
  })
  return found
}

const birthReach = 5

/** Day, month and year as numbers after words of a birth: `doce del cuatro del noventa`. */
function afterBirthCue(analysis: Analysis): Found[] {
  return analysis.cues.flatMap((cue) => {
    if (cue.mark.type !== 'date-of-birth') return []
    for (let at = cue.to; at < cue.to + birthReach; at += 1) {
      const found = numbersAt(analysis, at)
      if (found !== undefined) return [found]
    }
    return []
  })
}

function numbersAt(analysis: Analysis, at: number): Found | undefined {
  const day = dayAt(analysis, at)
  const month = day === undefined ? undefined : dayAt(analysis, skipSmall(analysis, day.to))
  const year = month === undefined ? undefined : yearAfter(analysis, month.to)
  if (day === undefined || month === undefined || year === undefined) return undefined
  const parts = datedParts(
    [String(day.value), String(month.value), String(year.value).padStart(2, '0')],
    analysis.lexicon.language,
  )
  return parts === undefined ? undefined : { ...parts, from: at, to: year.to }
}

function byMonth(analysis: Analysis): Found[] {
  const found: Found[] = []
  analysis.entries.forEach((entry, at) => {
    const date = entry?.month === undefined ? undefined : aroundMonth(analysis, at, entry.month)
    if (date !== undefined) found.push(date)
  })
  return found
}

function inRange(day: number, month: number): boolean {
  return day > 0 && day < 32 && month > 0 && month < 13
}

function isYear(text: string): boolean {
  return text.length === 2 || (text.length === 4 && Number(text) > 1879 && Number(text) < 2100)
}

/** Three numbers as day, month and year, in the order of the language where both are possible. */
export function datedParts(texts: readonly string[], language: Language): DayMonthYear | undefined {
  const [first = '', second = '', third = ''] = texts
  if (texts.length !== 3 || second.length > 2 || second.length === 0) return undefined
  const [a, b, c] = [Number(first), Number(second), Number(third)]
  if (first.length === 4)
    return isYear(first) && third.length < 3 && inRange(c, b) ? { year: a, month: b, day: c } : undefined
  if (first.length > 2 || !isYear(third)) return undefined
  const monthFirst = language === 'en' && inRange(b, a)
  if (monthFirst) return { month: a, day: b, year: c }
  if (inRange(a, b)) return { day: a, month: b, year: c }
  return inRange(b, a) ? { month: a, day: b, year: c } : undefined
}

/** Pieces of a run that marks join as those of dates are: `4/7/1982`, `1982-07-04`, `4.7.82`. */
function writtenDates({ pieces }: Run, language: Language): Found[] {
  const found: Found[] = []
  for (let at = 0; at + 2 < pieces.length; at += 1) {
    const [first, second, third] = pieces.slice(at, at + 3)
    if (first === undefined || second === undefined || third === undefined) continue
    if (
      !isMarked(second) ||
      !isMarked(third) ||
      (pieces[at + 3] !== undefined && isMarked(pieces[at + 3] ?? third))
    )
      continue
    const parts = datedParts([first.text, second.text, third.text], language)
    if (parts === undefined || (first.text.length + third.text.length < 4 && second.join === 'dash')) continue
    found.push({ ...parts, from: first.from, to: third.to })
    at += 2
  }
  return found
}

function isMarked({ join, digits }: Piece): boolean {
  return digits && (join === 'slash' || join === 'dash' || join === 'dot')
}

function isoOf({ day, month, year }: DayMonthYear): string {
  const full =
    year === undefined ? '' : year > 99 ? String(year) : String(year > 29 ? 1900 + year : 2000 + year)
  const two = (part: number | undefined) => (part === undefined ? '' : `-${String(part).padStart(2, '0')}`)
  return `${full}${two(month)}${two(day)}`
}

/** What a date is by the words around it: a birth, a card's end, or just a date. */
function judge(analysis: Analysis, found: Found): Pick<Finding, 'type' | 'confidence'> {
  const full = found.day !== undefined && found.year !== undefined
  for (const { type, strong } of contextsOf(analysis, found.from, found.to, new Set())) {
    if (type === 'date-of-birth') return { type, confidence: 0.9 }
    if (type === 'card-expiry' && strong) return { type, confidence: 0.85 }
    if (type !== 'amount') break
  }
  return { type: 'date', confidence: full ? 0.7 : 0.55 }
}

/** Dates with a month's name or in numbers with marks between; a date of birth where the words around say so. */
export function findDates(analysis: Analysis): Finding[] {
  const { scan, lexicon, runs } = analysis
  const all = [
    ...byMonth(analysis),
    ...byOrdinals(analysis),
    ...afterBirthCue(analysis),
    ...runs.flatMap((run) => writtenDates(run, lexicon.language)),
  ]
  return all.map((found) => ({
    ...judge(analysis, found),
    start:
      scan.tokens[scan.tokens[found.from - 1]?.plain === 'the' ? found.from - 1 : found.from]?.start ?? 0,
    end: scan.tokens[found.to - 1]?.end ?? 0,
    value: isoOf(found),
    by: 'dates',
  }))
}
