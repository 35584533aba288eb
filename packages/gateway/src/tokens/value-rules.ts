import { cardBrand, isLuhn, type CardBrand } from '#kernel'
import type { TokenKind } from './contract.ts'
import { TokenVaultError } from './error.ts'

/** A value as it is kept, and what may be shown of it. */
export interface CheckedValue {
  /** In one spelling, so that the same value is found however it was written. */
  readonly value: string
  readonly masked: string
  readonly brand: CardBrand | null
}

const maxCharacters = 1_024
/** Below this, the last four would be half of it or more. */
const shownFrom = 8

type Rule = (text: string) => string | undefined

const digitsOnly = (text: string) => text.replaceAll(/[\s.-]/g, '')
const matching =
  (pattern: RegExp, spell: (text: string) => string = (text) => text): Rule =>
  (text) => {
    const spelled = spell(text)
    return pattern.test(spelled) ? spelled : undefined
  }
const words: Rule = (text) => text.normalize('NFC').trim().replaceAll(/\s+/g, ' ') || undefined

/** Three or four digits alone are what a security code or a PIN is: no free kind may become their hiding place. */
const freeText: Rule = (text) => {
  const spelled = words(text)
  return spelled === undefined || /^\d{3,4}$/.test(spelled) ? undefined : spelled
}

/** One a kind; there is none for card security codes and PINs, and none can be asked for. */
const rules: Readonly<Record<TokenKind, Rule>> = {
  card: (text) => {
    const digits = digitsOnly(text)
    return /^\d{12,19}$/.test(digits) && isLuhn(digits) ? digits : undefined
  },
  'card-expiry': matching(/^(?:0[1-9]|1[0-2])\/\d{2}$/, (text) => text.trim()),
  'bank-account': matching(/^[A-Z0-9]{4,34}$/, (text) => digitsOnly(text).toUpperCase()),
  'bank-routing': matching(/^\d{6,12}$/, digitsOnly),
  iban: matching(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/, (text) => digitsOnly(text).toUpperCase()),
  ssn: matching(/^\d{9}$/, digitsOnly),
  'national-id': matching(/^[A-Z0-9]{4,32}$/, (text) => digitsOnly(text).toUpperCase()),
  'postal-code': matching(/^[A-Z0-9 ]{2,12}$/, (text) => text.trim().toUpperCase()),
  account: words,
  phone: matching(/^\+?\d{3,15}$/, (text) => text.replaceAll(/[\s().-]/g, '')),
  email: matching(/^[^\s@]+@[^\s@]+$/, (text) => text.trim().toLowerCase()),
  person: freeText,
  address: freeText,
  other: freeText,
}

/** Kinds of which the last four characters may be shown. Of names, addresses and the like nothing is. */
const showsLastFour: ReadonlySet<TokenKind> = new Set([
  'card', 'bank-account', 'iban', 'ssn', 'national-id', 'account', 'phone',
]) // prettier-ignore

/** Throws `TokenVaultError` (`TOKEN_INVALID`), which never holds the value. */
export function checkValue(kind: TokenKind, text: string): CheckedValue {
  // A kind that the types do not know is refused here too: whoever calls from outside brings only a text.
  const rule: Rule | undefined = Object.hasOwn(rules, kind) ? rules[kind] : undefined
  const value = text.length > maxCharacters ? undefined : rule?.(text)
  if (value === undefined) throw new TokenVaultError('TOKEN_INVALID', 'the value is not one of its kind')
  const shown = showsLastFour.has(kind) && value.length >= shownFrom
  const brand = kind === 'card' ? (cardBrand(value) ?? null) : null
  return { value, masked: shown ? `**** ${value.slice(-4)}` : '', brand }
}
