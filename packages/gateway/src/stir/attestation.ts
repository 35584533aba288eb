import { canonicalNumber } from './telephone-number.ts'
import type { Attestation } from './verdict.ts'

/**
 * What may be attested of a call (RFC 8588 §4): A says that the caller may use the number, so it takes a number from the list; B and C
 * do not speak of the number.
 *
 * @param callerIds - Numbers, and prefixes such as `+1212*`.
 */
export function attestationFor(most: Attestation, from: string, callerIds: readonly string[]): Attestation {
  return most === 'A' && !isListed(from, callerIds) ? 'B' : most
}

function isListed(from: string, callerIds: readonly string[]): boolean {
  const number = canonicalNumber(from)
  if (number === undefined) return false
  return callerIds.some((entry) => {
    const isPrefix = entry.endsWith('*')
    const listed = canonicalNumber(isPrefix ? entry.slice(0, -1) : entry)
    if (listed === undefined) return false
    return isPrefix ? number.startsWith(listed) : number === listed
  })
}
