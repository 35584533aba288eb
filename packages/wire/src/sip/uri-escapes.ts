/**
 * Undoes a URI part's `%` escapes; text whose escapes are not UTF-8 stays as it is. Do this after a URI is taken apart,
 * never before: `%40` is not `@`.
 */
export function decodeEscapes(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const plainUser = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/]$/
const encoder = new TextEncoder()

/** `text` as a URI's user part: RFC 3261 §25.1 `user`, everything else escaped as UTF-8. */
export function encodeUser(text: string): string {
  let user = ''
  for (const char of text) {
    if (plainUser.test(char)) user += char
    else
      for (const byte of encoder.encode(char)) user += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return user
}
