import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

export interface NumberFacts {
  /** ISO 3166; undefined for numbers of no country (satellites, international services) and where no plan knows the number. */
  readonly country: string | undefined
  /** Whether fraudsters earn on calls to such numbers, or nobody knows what the number is. */
  readonly isHighRisk: boolean
}

const ordinary = new Set(['FIXED_LINE', 'MOBILE', 'FIXED_LINE_OR_MOBILE', 'TOLL_FREE', 'VOIP'])

/**
 * Codes of no country that are billed like premium numbers: Inmarsat 870, universal personal 878, satellites 881, networks
 * 882 and 883, shared cost 808, disaster relief 888, premium rate 979.
 */
const costlyCodes = ['+808', '+870', '+878', '+881', '+882', '+883', '+888', '+979']

/** What the numbering plans say of an E.164 number. */
export function numberFacts(number: string): NumberFacts {
  const parsed = parsePhoneNumberFromString(number)
  const isOrdinary = ordinary.has(parsed?.getType() ?? 'unknown')
  const isCostly = costlyCodes.some((code) => number.startsWith(code))
  return { country: parsed?.country, isHighRisk: !isOrdinary || isCostly }
}
