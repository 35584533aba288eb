import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { areaCodeJurisdiction } from './area-codes.ts'

const code = /^[A-Z]{2}(?:-[A-Z0-9]{1,3})?$/

/** A place as ISO 3166 writes it (`DE`, `us-ca`), in capitals; undefined for anything else. */
export function parseJurisdiction(text: string): string | undefined {
  const capitals = text.trim().toUpperCase()
  return code.test(capitals) ? capitals : undefined
}

/** Where a number in E.164 was issued: a country, and of the United States and Canada the state; undefined for what is no such number. */
export function jurisdictionOfNumber(number: string): string | undefined {
  if (!number.startsWith('+')) return undefined
  const parsed = parsePhoneNumberFromString(number)
  if (parsed === undefined) return undefined
  const { country, countryCallingCode, nationalNumber } = parsed
  if (countryCallingCode !== '1') return country
  // A number that nobody was given may still be shown: its area code says more than nothing does.
  return areaCodeJurisdiction(nationalNumber.slice(0, 3)) ?? country
}
