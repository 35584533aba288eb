import { luhn } from '@voxkeep/pii'

/** Whether a number's last digit is its check digit (ISO/IEC 7812-1 annex B). False for anything but digits. */
export function isLuhn(digits: string): boolean {
  return /^\d+$/.test(digits) && luhn(digits)
}

export type CardBrand =
  | 'visa'
  | 'mastercard'
  | 'amex'
  | 'discover'
  | 'diners-club'
  | 'jcb'
  | 'unionpay'
  | 'maestro'

/** First digits (inclusive ranges) and lengths that the schemes publish; the first that fits wins. */
export const cardSchemes: readonly {
  readonly brand: CardBrand
  readonly ranges: readonly (readonly [number, number])[]
  readonly lengths: readonly number[]
}[] = [
  { brand: 'amex', ranges: [[34, 34], [37, 37]], lengths: [15] },
  { brand: 'diners-club', ranges: [[300, 305], [309, 309], [36, 36], [38, 39]], lengths: [14, 15, 16, 17, 18, 19] },
  { brand: 'jcb', ranges: [[3528, 3589]], lengths: [16, 17, 18, 19] },
  { brand: 'visa', ranges: [[4, 4]], lengths: [13, 16, 19] },
  { brand: 'mastercard', ranges: [[51, 55], [2221, 2720]], lengths: [16] },
  { brand: 'discover', ranges: [[6011, 6011], [644, 649], [65, 65]], lengths: [16, 17, 18, 19] },
  { brand: 'unionpay', ranges: [[62, 62], [81, 81]], lengths: [16, 17, 18, 19] },
  { brand: 'maestro', ranges: [[50, 50], [56, 59], [6, 6]], lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
] // prettier-ignore

/** The scheme that a card number belongs to by its first digits and its length. */
export function cardBrand(digits: string): CardBrand | undefined {
  const found = cardSchemes.find(
    ({ ranges, lengths }) =>
      lengths.includes(digits.length) &&
      ranges.some(([from, to]) => {
        const head = Number(digits.slice(0, String(from).length))
        return head >= from && head <= to
      }),
  )
  return found?.brand
}
