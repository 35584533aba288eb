import type { Language } from '@voxkeep/pii'
import { belowHundred, digitNames } from './corpus-number-words.ts'
import type { Dice } from './corpus-random.ts'

const double: Readonly<Record<Language, string | undefined>> = {
  en: 'double',
  es: 'doble',
  de: 'doppel',
  fr: 'double',
  hi: 'double',
}
const triple: Readonly<Record<Language, string | undefined>> = {
  en: 'triple',
  es: 'triple',
  de: 'dreimal',
  fr: 'triple',
  hi: 'triple',
}

/** How a number is read out: digit by digit, with repeats named, or in pairs. */
export type Reading = 'digits' | 'repeats' | 'pairs'

/** How a language reads out numbers of many digits, as a share: French and Spanish mostly in pairs, the others by the digit. */
const readings: Readonly<Record<Language, readonly Reading[]>> = {
  en: ['digits', 'digits', 'digits', 'repeats', 'repeats', 'pairs'],
  es: ['digits', 'digits', 'pairs', 'pairs'],
  de: ['digits', 'digits', 'digits', 'pairs'],
  fr: ['pairs', 'pairs', 'digits'],
  hi: ['digits', 'digits', 'repeats'],
}

export function anyReading(language: Language, dice: Dice): Reading {
  return dice.pick(readings[language])
}

/** Reads digits out in groups as they are told on the phone. */
export function speakDigits(digits: string, language: Language, dice: Dice, reading: Reading): string {
  if (reading === 'pairs') return inPairs(digits, language, dice)
  const words: string[] = []
  for (let at = 0; at < digits.length;) {
    const digit = digits[at] ?? ''
    const run = reading === 'repeats' ? repeats(digits, at) : 1
    const name = digitName(digit, language, dice)
    if (run >= 3 && dice.chance(0.6)) words.push(triple[language] ?? '', name)
    else if (run >= 2 && dice.chance(0.8)) words.push(double[language] ?? '', name)
    else {
      words.push(name)
      at += 1
      continue
    }
    at += words.at(-2) === triple[language] ? 3 : 2
  }
  return words.join(' ')
}

function repeats(digits: string, from: number): number {
  let end = from
  while (digits[end] === digits[from]) end += 1
  return end - from
}

function digitName(digit: string, language: Language, dice: Dice): string {
  const names = digitNames[language][Number(digit)] ?? ['']
  return dice.chance(0.6) ? (names[0] ?? '') : dice.pick(names)
}

function inPairs(digits: string, language: Language, dice: Dice): string {
  const words: string[] = []
  // An odd number of digits begins with one alone, as »seis, doce, treinta y cuatro« does.
  let at = digits.length % 2
  if (at === 1) words.push(digitName(digits[0] ?? '', language, dice))
  for (; at < digits.length; at += 2) {
    const pair = digits.slice(at, at + 2)
    if (pair.startsWith('0'))
      words.push(digitName('0', language, dice), digitName(pair[1] ?? '', language, dice))
    else words.push(belowHundred(Number(pair), language))
  }
  return words.join(' ')
}

const letterNames: Readonly<Partial<Record<Language, Readonly<Record<string, string>>>>> = {
  es: { b: 'be', d: 'de', e: 'e', f: 'efe', g: 'ge', s: 'ese', n: 'ene', l: 'ele' },
}

/** Spells letters and digits one by one, `GB29` as `g b two nine`. */
export function spell(text: string, language: Language, dice: Dice): string {
  const runs = text.match(/\d+|[^\d\s]/g) ?? []
  const reading = anyReading(language, dice)
  return runs
    .map((run) => {
      if (/\d/.test(run)) return speakDigits(run, language, dice, reading)
      const letter = run.toLowerCase()
      return letterNames[language]?.[letter] ?? letter
    })
    .join(' ')
}
