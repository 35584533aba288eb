import type { CardBrand } from '#kernel'
import {
  brandOf,
  cardNumberDigits,
  codeLengthOf,
  hasLengthOf,
  passesLuhn,
  usualLengthOf,
} from './card-number.ts'
import { dateFault, expiryFault } from './field-dates.ts'
import type { FieldCommand, FieldFault, FieldKind } from './commands-collect.ts'

/** What a field is asked with, as far as it decides what may be keyed in. */
export type FieldRules = Pick<
  FieldCommand,
  'field' | 'min_digits' | 'max_digits' | 'pattern' | 'date_format' | 'cards'
>

/** What is known beside the field itself. */
export interface FieldContext {
  readonly nowMs: number
  /** Of the card whose code is asked for. */
  readonly brand: CardBrand | undefined
}

interface Limits {
  readonly min: number
  readonly max: number
}

const usual: Readonly<Record<FieldKind, Limits>> = {
  'card-number': cardNumberDigits,
  'card-expiry': { min: 4, max: 4 },
  'card-code': { min: 3, max: 4 },
  'postal-code': { min: 5, max: 10 },
  pin: { min: 4, max: 12 },
  ssn: { min: 9, max: 9 },
  'bank-account': { min: 4, max: 17 },
  'bank-routing': { min: 9, max: 9 },
  account: { min: 1, max: 30 },
  date: { min: 8, max: 8 },
  digits: { min: 1, max: 64 },
}

/** How many digits a field may have. */
export function limitsOf(rules: FieldRules, { brand }: FieldContext): Limits {
  const { min, max } = usual[rules.field]
  if (rules.field === 'date') return { min: rules.date_format.length, max: rules.date_format.length }
  const code = rules.field === 'card-code' ? codeLengthOf(brand) : undefined
  const longest = rules.max_digits ?? code ?? Math.max(max, rules.min_digits ?? 0)
  return { min: Math.min(rules.min_digits ?? code ?? min, longest), max: longest }
}

/** Whether what was keyed in needs no finish key: nothing longer would be taken. */
export function isWhole(rules: FieldRules, digits: Uint8Array, context: FieldContext): boolean {
  if (digits.length >= limitsOf(rules, context).max) return true
  if (rules.field !== 'card-number' || rules.max_digits !== undefined) return false
  return digits.length === usualLengthOf(brandOf(digits))
}

/** What is wrong with it; undefined when nothing is. */
export function faultOf(
  rules: FieldRules,
  digits: Uint8Array,
  context: FieldContext,
): FieldFault | undefined {
  const { min, max } = limitsOf(rules, context)
  if (digits.length < min) return 'too-short'
  if (digits.length > max) return 'too-long'
  switch (rules.field) {
    case 'card-number':
      return cardFault(digits, rules.cards)
    case 'card-expiry':
      return expiryFault(digits, context.nowMs)
    case 'date':
      return dateFault(digits, rules.date_format)
    case 'ssn':
      return isSocialSecurityNumber(digits) ? undefined : 'pattern'
    case 'bank-routing':
      return digits.length === 9 && !passesRoutingChecksum(digits) ? 'checksum' : undefined
    case 'account':
    case 'digits':
      return rules.pattern === undefined || fitsPattern(digits, rules.pattern) ? undefined : 'pattern'
    case 'card-code':
    case 'postal-code':
    case 'pin':
    case 'bank-account':
      return undefined
  }
}

function cardFault(digits: Uint8Array, taken: readonly CardBrand[] | undefined): FieldFault | undefined {
  if (!passesLuhn(digits)) return 'luhn'
  const brand = brandOf(digits)
  if (brand === undefined || taken?.includes(brand) === false) return 'brand'
  return hasLengthOf(brand, digits.length) ? undefined : 'luhn'
}

/** ABA routing numbers: weights 3, 7, 1 over and over. */
function passesRoutingChecksum(digits: Uint8Array): boolean {
  const sum = digits.reduce((total, digit, at) => total + (digit - zero) * ([3, 7, 1][at % 3] ?? 0), 0)
  return sum !== 0 && sum % 10 === 0
}

/** Never given out: area 000, 666 and from 900, group 00, serial 0000 (20 CFR part 422; SSA since 2011). */
function isSocialSecurityNumber(digits: Uint8Array): boolean {
  const [area, group, serial] = [valueOf(digits, 0, 3), valueOf(digits, 3, 5), valueOf(digits, 5, 9)]
  return area !== 0 && area !== 666 && area < 900 && group !== 0 && serial !== 0
}

function fitsPattern(digits: Uint8Array, pattern: string): boolean {
  return pattern
    .split('|')
    .some(
      (shape) =>
        shape.length === digits.length &&
        digits.every((digit, at) => shape[at] === '#' || shape.charCodeAt(at) === digit),
    )
}

function valueOf(digits: Uint8Array, from: number, to: number): number {
  return digits.subarray(from, to).reduce((value, digit) => value * 10 + digit - zero, 0)
}

const zero = 0x30
