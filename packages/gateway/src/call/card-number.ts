import { cardSchemes, type CardBrand } from '#kernel'

/** The shortest and the longest number of a card that any scheme gives out. */
export const cardNumberDigits = { min: 12, max: 19 } as const

/**
 * Whose card it is, as far as the digits that came tell; undefined when they fit none. Of schemes that begin alike it is the one that gives out
 * numbers of that length. `digits` is ASCII.
 */
export function brandOf(digits: Uint8Array): CardBrand | undefined {
  const fitting = cardSchemes.filter(({ ranges }) => ranges.some((range) => begins(digits, range)))
  return (fitting.find(({ lengths }) => lengths.includes(digits.length)) ?? fitting[0])?.brand
}

/** Whether a number of that brand may have so many digits. */
export function hasLengthOf(brand: CardBrand, length: number): boolean {
  return cardSchemes.some((scheme) => scheme.brand === brand && scheme.lengths.includes(length))
}

/** How many digits end a number of that brand, where nearly all have the same number of them; undefined: only the payer knows. */
export function usualLengthOf(brand: CardBrand | undefined): number | undefined {
  switch (brand) {
    case 'amex':
      return 15
    case 'visa':
    case 'mastercard':
    case 'discover':
    case 'jcb':
      return 16
    case 'diners-club':
    case 'unionpay':
    case 'maestro':
    case 'mir':
    case 'rupay':
    case undefined:
      return undefined
  }
}

/** Digits of the security code on a card of that brand. */
export function codeLengthOf(brand: CardBrand | undefined): 3 | 4 | undefined {
  if (brand === undefined) return undefined
  return brand === 'amex' ? 4 : 3
}

/** ISO/IEC 7812-1 annex B on digits that no string is made of. `digits` is ASCII. */
export function passesLuhn(digits: Uint8Array): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const value = (digits[digits.length - 1 - place] ?? zero) - zero
    const weighted = place % 2 === 1 ? value * 2 : value
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return digits.length > 0 && sum % 10 === 0
}

const zero = 0x30

/** Few enough digits that the number they are says nothing of a card but whose it is. */
function begins(digits: Uint8Array, [from, to]: readonly [number, number]): boolean {
  const { length } = String(from)
  if (digits.length < length) return false
  const head = digits.subarray(0, length).reduce((value, digit) => value * 10 + digit - zero, 0)
  return head >= from && head <= to
}
