import { luhn } from './checksums.ts'

/** All brands of cards that are known. */
export const cardBrands = [
  'visa',
  'mastercard',
  'amex',
  'discover',
  'diners-club',
  'jcb',
  'unionpay',
  'maestro',
  'mir',
  'rupay',
] as const
export type CardBrand = (typeof cardBrands)[number]

export interface CardScheme {
  readonly brand: CardBrand
  /** First digits, from and up to, as many as they are written with. */
  readonly ranges: readonly (readonly [from: number, to: number])[]
  /** That the scheme issues. */
  readonly lengths: readonly number[]
}

/** First digits and lengths that the schemes publish; the first that fits wins. */
export const cardSchemes: readonly CardScheme[] = [
  { brand: 'amex', ranges: [[34, 34], [37, 37]], lengths: [15] },
  { brand: 'diners-club', ranges: [[300, 305], [309, 309], [36, 36], [38, 39]], lengths: [14, 15, 16, 17, 18, 19] },
  { brand: 'jcb', ranges: [[3528, 3589]], lengths: [16, 17, 18, 19] },
  { brand: 'visa', ranges: [[4, 4]], lengths: [13, 16, 18, 19] },
  { brand: 'mastercard', ranges: [[51, 55], [2221, 2720]], lengths: [16] },
  { brand: 'mir', ranges: [[2200, 2204]], lengths: [16, 17, 18, 19] },
  { brand: 'discover', ranges: [[6011, 6011], [644, 649], [65, 65]], lengths: [16, 17, 18, 19] },
  { brand: 'unionpay', ranges: [[62, 62], [81, 81]], lengths: [16, 17, 18, 19] },
  { brand: 'rupay', ranges: [[60, 60], [82, 82], [508, 508]], lengths: [16] },
  { brand: 'maestro', ranges: [[50, 50], [56, 59], [6, 6]], lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
] // prettier-ignore

/** The table as texts, which are compared without making numbers of them. */
const beginnings = cardSchemes.flatMap(({ brand, ranges, lengths }) =>
  ranges.map(([from, to]) => ({ brand, from: String(from), to: String(to), lengths })),
)

/** Whose card the digits look like by their beginning and length; nothing is said of the check digit. */
export function cardBrand(digits: string): CardBrand | undefined {
  return beginnings.find(({ from, to, lengths }) => {
    const head = digits.slice(0, from.length)
    return head.length === from.length && head >= from && head <= to && lengths.includes(digits.length)
  })?.brand
}

/** The brand of a primary account number: known beginning, a length of that brand, Luhn. */
export function validCard(digits: string): CardBrand | undefined {
  if (digits.length < 13 || digits.length > 19) return undefined
  const brand = cardBrand(digits)
  return brand !== undefined && luhn(digits) ? brand : undefined
}
