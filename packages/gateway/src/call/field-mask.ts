import type { FieldKind } from './commands-collect.ts'

/** While it is keyed in nothing but how many keys there were: a star each, a card's in groups. */
export function maskedKeys(kind: FieldKind, count: number): string {
  const stars = '*'.repeat(count)
  return kind === 'card-number' ? inGroups(stars) : stars
}

/**
 * What may be shown of a field once it is complete: the last four of a card (PCI DSS 3.4.1 would allow more) or of a bank account, and of
 * anything else no digit.
 */
export function maskedField(kind: FieldKind, digits: Uint8Array): string {
  const shows = (kind === 'card-number' || kind === 'bank-account') && digits.length >= 8
  const last = shows ? String.fromCharCode(...digits.subarray(-4)) : ''
  const whole = '*'.repeat(digits.length - last.length) + last
  return kind === 'card-number' ? inGroups(whole) : whole
}

/** As it stands on the card: American Express has 4, 6 and 5, the others have fours. */
function inGroups(text: string): string {
  return text.length === 15 ? text.replace(/^(.{4})(.{6})/, '$1 $2 ') : text.replace(/(.{4})(?=.)/g, '$1 ')
}
