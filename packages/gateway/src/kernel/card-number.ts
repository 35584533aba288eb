import { luhn } from '@voxkeep/pii'

// One table of schemes, for what is keyed in and for what is said.
export { cardBrand, cardBrands, cardSchemes, type CardBrand } from '@voxkeep/pii'

/** Whether a number's last digit is its check digit (ISO/IEC 7812-1 annex B). False for anything but digits. */
export function isLuhn(digits: string): boolean {
  return /^\d+$/.test(digits) && luhn(digits)
}
