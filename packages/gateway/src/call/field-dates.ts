import type { FieldCommand, FieldFault } from './commands-collect.ts'

/** A card is good to the end of its month, wherever that ends last (UTC−12). */
const lastZoneMs = 12 * 3_600_000
/** No scheme gives out a card for longer. */
const longestYears = 20

/** Month and year of a card's expiry, keyed in as MMYY. Of a century, the one that is nearest is meant. */
export function expiryOf(digits: Uint8Array): { readonly month: number; readonly year: number } {
  return { month: valueOf(digits, 0, 2), year: 2_000 + valueOf(digits, 2, 4) }
}

export function expiryFault(digits: Uint8Array, nowMs: number): FieldFault | undefined {
  const { month, year } = expiryOf(digits)
  if (digits.length !== 4 || month < 1 || month > 12) return 'not-a-date'
  const now = new Date(nowMs - lastZoneMs)
  const monthsLeft = (year - now.getUTCFullYear()) * 12 + month - 1 - now.getUTCMonth()
  if (monthsLeft < 0) return 'expired'
  return monthsLeft > longestYears * 12 ? 'not-a-date' : undefined
}

/** `format` has as many letters as there are digits. A date without a year may be the 29th of February. */
export function dateFault(digits: Uint8Array, format: FieldCommand['date_format']): FieldFault | undefined {
  if (digits.length !== format.length) return 'too-short'
  const part = (letter: string, otherwise: number) => {
    const from = format.indexOf(letter)
    return from === -1 ? otherwise : valueOf(digits, from, format.lastIndexOf(letter) + 1)
  }
  const [year, month, day] = [part('Y', 2_000), part('M', 1), part('D', 1)]
  const fullYear = format.includes('YYYY') || year >= 100 ? year : 2_000 + year
  if (month < 1 || month > 12 || day < 1 || fullYear < 1_800) return 'not-a-date'
  return day > new Date(Date.UTC(fullYear, month, 0)).getUTCDate() ? 'not-a-date' : undefined
}

function valueOf(digits: Uint8Array, from: number, to: number): number {
  return digits.subarray(from, to).reduce((value, digit) => value * 10 + digit - 0x30, 0)
}
