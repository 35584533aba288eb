import { cardBrand, isLuhn } from '#kernel'
import type { PayRequest } from './contract.ts'
import { PaymentError } from './error.ts'

/** What may be kept of a payment's details: PCI DSS 3.4.1 lets the last four be shown. */
export interface MethodFacts {
  readonly method: 'card' | 'bank'
  readonly brand: string | null
  readonly lastFour: string | null
}

const maxNoteCharacters = 200

/** Throws `PaymentError` (`PAYMENT_INVALID`); no message holds what was wrong. */
export function checkRequest({ method, charge, reference }: PayRequest): MethodFacts {
  if (charge !== undefined) {
    const { amountMinor, currency, description } = charge
    if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) throw invalid('the amount is none')
    if (!/^[A-Z]{3}$/.test(currency)) throw invalid('the currency is none')
    checkNote(description)
  }
  if (reference !== undefined) checkNote(reference)
  return method.kind === 'card' ? cardFacts(method.card) : bankFacts(method.bank)
}

type Card = Extract<PayRequest['method'], { kind: 'card' }>['card']
type Bank = Extract<PayRequest['method'], { kind: 'bank' }>['bank']

function cardFacts({ number, expiry, code, postalCode }: Card): MethodFacts {
  const digits = number.reveal()
  if (!areDigits(digits) || digits.length < 12 || digits.length > 19) throw invalid('the card number is none')
  const { month, year } = expiry
  if (!(month >= 1 && month <= 12 && year >= 2000 && year <= 2099)) throw invalid('the expiry date is none')
  const codeDigits = code?.reveal()
  if (
    codeDigits !== undefined &&
    !(areDigits(codeDigits) && codeDigits.length >= 3 && codeDigits.length <= 4)
  )
    throw invalid('the security code is none')
  if (postalCode !== undefined && !/^[A-Za-z0-9 -]{2,12}$/.test(postalCode))
    throw invalid('the postal code is none')
  // First digits and length say the scheme; the rest never becomes a string here.
  const brand = cardBrand(asText(digits.subarray(0, 4)).padEnd(digits.length, '0')) ?? null
  return { method: 'card', brand, lastFour: asText(digits.subarray(-4)) }
}

function bankFacts({ account, routing }: Bank): MethodFacts {
  const [number, bank] = [account.reveal(), routing.reveal()]
  if (!areDigits(number) || number.length < 4 || number.length > 17)
    throw invalid('the account number is none')
  if (!areDigits(bank) || bank.length < 6 || bank.length > 12) throw invalid('the routing number is none')
  return { method: 'bank', brand: null, lastFour: asText(number.subarray(-4)) }
}

/** A text that goes to the provider and into the record must not carry what was keyed in. */
function checkNote(text: string): void {
  if (text.length > maxNoteCharacters) throw invalid('a description or reference has 200 characters at most')
  const runs = text.replaceAll(/(?<=\d)[ -](?=\d)/g, '').match(/\d{12,19}/g) ?? []
  if (runs.some(isLuhn)) throw invalid('a description or reference holds a card number')
}

function areDigits(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 48 && byte <= 57)
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

function invalid(message: string): PaymentError {
  return new PaymentError('PAYMENT_INVALID', message)
}
