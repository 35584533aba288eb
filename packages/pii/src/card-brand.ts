import { luhn } from './checksums.ts'

/** First digits `from` up to `to`, as many as they are written with, and the lengths that the scheme issues. */
interface Range {
  readonly brand: string
  readonly from: string
  readonly to: string
  readonly lengths: readonly number[]
}

const ranges: readonly Range[] = [
  { brand: 'amex', from: '34', to: '34', lengths: [15] },
  { brand: 'amex', from: '37', to: '37', lengths: [15] },
  { brand: 'diners', from: '300', to: '305', lengths: [14, 16, 19] },
  { brand: 'diners', from: '36', to: '36', lengths: [14, 16, 19] },
  { brand: 'diners', from: '38', to: '39', lengths: [14, 16, 19] },
  { brand: 'jcb', from: '3528', to: '3589', lengths: [16, 17, 18, 19] },
  { brand: 'visa', from: '4', to: '4', lengths: [13, 16, 18, 19] },
  { brand: 'mastercard', from: '51', to: '55', lengths: [16] },
  { brand: 'mastercard', from: '2221', to: '2720', lengths: [16] },
  { brand: 'mir', from: '2200', to: '2204', lengths: [16, 17, 18, 19] },
  { brand: 'discover', from: '6011', to: '6011', lengths: [16, 17, 18, 19] },
  { brand: 'discover', from: '644', to: '649', lengths: [16, 17, 18, 19] },
  { brand: 'discover', from: '65', to: '65', lengths: [16, 17, 18, 19] },
  { brand: 'rupay', from: '60', to: '60', lengths: [16] },
  { brand: 'rupay', from: '81', to: '82', lengths: [16] },
  { brand: 'rupay', from: '508', to: '508', lengths: [16] },
  { brand: 'unionpay', from: '62', to: '62', lengths: [16, 17, 18, 19] },
  { brand: 'maestro', from: '50', to: '50', lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
  { brand: 'maestro', from: '56', to: '69', lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
]

function starts(digits: string, { from, to }: Range): boolean {
  const head = digits.slice(0, from.length)
  return head.length === from.length && head >= from && head <= to
}

/** Whose card the digits look like by their beginning and length; nothing is said of the check digit. */
export function cardBrand(digits: string): string | undefined {
  return ranges.find((range) => starts(digits, range) && range.lengths.includes(digits.length))?.brand
}

/** The brand of a primary account number: known beginning, a length of that brand, Luhn. */
export function validCard(digits: string): string | undefined {
  if (digits.length < 13 || digits.length > 19) return undefined
  const brand = cardBrand(digits)
  return brand !== undefined && luhn(digits) ? brand : undefined
}
