const maxDigits = 32 // more than any number has (E.164: 15), with room for what services prefix
const visualSeparators = /[-.() ]/g // RFC 3966 §5.1.1, and blanks

/**
 * A telephone number as PASSporTs spell it (RFC 8224 §8.3): digits, `*` and `#`, without `+` and visual separators. Undefined for a
 * name. A number without its country code stays without it, and so differs from one that has it.
 *
 * @param text - A `tn` claim or the user part of a SIP or tel URI, with its parameters or without.
 */
export function canonicalNumber(text: string): string | undefined {
  const [user = ''] = text.split(';', 1)
  const number = user.replace(/%2b/i, '+').replace(visualSeparators, '').replace(/^\+/, '')
  return number.length <= maxDigits && /^[\d*#]+$/.test(number) ? number : undefined
}
