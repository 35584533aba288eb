import { cardBrand, validCard } from './card-brand.ts'
import type { Context } from './context.ts'
import type { PiiType } from './contract.ts'
import type { Digits, Verdict } from './digits.ts'
import {
  validAadhaar,
  validNhs,
  validNir,
  validNpi,
  validRouting,
  validSsn,
  validSteuerId,
} from './national.ts'

/** How many digits what a cue names can have, and how sure one is without a check digit. Wide: a digit may have been lost. */
interface Fit {
  readonly least: number
  readonly most: number
  readonly confidence: number
}

const fits: Readonly<Partial<Record<PiiType, Fit>>> = {
  card: { least: 4, most: 40, confidence: 0.8 },
  'card-code': { least: 3, most: 6, confidence: 0.9 },
  'card-expiry': { least: 3, most: 8, confidence: 0.8 },
  pin: { least: 3, most: 8, confidence: 0.85 },
  ssn: { least: 4, most: 14, confidence: 0.8 },
  'national-id': { least: 5, most: 20, confidence: 0.75 },
  iban: { least: 5, most: 40, confidence: 0.75 },
  'bank-routing': { least: 4, most: 12, confidence: 0.8 },
  'bank-account': { least: 4, most: 24, confidence: 0.8 },
  account: { least: 4, most: 26, confidence: 0.75 },
  phone: { least: 5, most: 18, confidence: 0.8 },
  'date-of-birth': { least: 4, most: 12, confidence: 0.7 },
  'postal-code': { least: 3, most: 9, confidence: 0.75 },
  password: { least: 3, most: 40, confidence: 0.8 },
}

type Confirm = (value: string, detail: string | undefined) => string | undefined

function nationalId(value: string, detail: string | undefined): string | undefined {
  if ((detail === undefined || detail === 'nhs') && validNhs(value)) return 'nhs'
  if ((detail === undefined || detail === 'npi') && validNpi(value)) return 'npi'
  if (validAadhaar(value)) return 'aadhaar'
  if (validNir(value)) return 'nir'
  return validSteuerId(value) ? 'steuer-id' : undefined
}

/** What a check digit says it is. */
const checks: Readonly<Partial<Record<PiiType, Confirm>>> = {
  card: validCard,
  ssn: validSsn,
  'bank-routing': (value) => (validRouting(value) ? 'aba' : undefined),
  'national-id': nationalId,
}

/** Which of the readings a check digit confirms, and as what. */
function confirmed(
  type: PiiType,
  detail: string | undefined,
  readings: readonly string[],
): { value: string; detail: string } | undefined {
  const check = checks[type]
  if (check === undefined) return undefined
  for (const value of readings) {
    const name = check(value, detail)
    if (name !== undefined) return { value, detail: name }
  }
  return undefined
}

function weakEnough(context: Context, { count, spoken, pieces }: Digits): boolean {
  if (context.strong) return true
  if (context.type === 'card-code') return context.distance < 5
  if (context.type === 'account' && spoken && count < 6 && pieces.length < 4) return false // "number four hundred in line"
  return context.distance < 3 ? count > 3 : count > 7
}

/** Digits in the writing of an amount are one, unless the words before them name what only digits are. */
function isAmount(digits: Digits, context: Context): boolean {
  return digits.amount && (!context.strong || context.distance > 3 || context.type === 'phone')
}

function one(digits: Digits, context: Context): Verdict | undefined {
  const { type } = context
  if (type === 'amount') return undefined
  const fit = fits[type]
  const { count, readings } = digits
  if (fit === undefined || count < fit.least || count > fit.most) return undefined
  if (!weakEnough(context, digits) || isAmount(digits, context)) return undefined
  const known = confirmed(type, context.detail, readings)
  const value = known?.value ?? readings[0] ?? ''
  const detail = known?.detail ?? context.detail ?? (type === 'card' ? cardBrand(value) : undefined)
  const confidence = known === undefined ? fit.confidence - context.distance * 0.01 : 0.95
  return { type, confidence, value, ...(detail === undefined ? {} : { detail }), cue: context.cue }
}

/** What the nearest words around the digits make of them, where the number of digits allows it. */
export function byContext(digits: Digits): Verdict | undefined {
  for (const context of digits.contexts) {
    if (context.type === 'amount' && digits.count < 9) return undefined
    const verdict = one(digits, context)
    if (verdict !== undefined) return verdict
  }
  return undefined
}
