import { isToken, splitTopLevel, trimBlanks } from './grammar.ts'
import { unquote } from './params.ts'

export type DigestAlgorithm = 'SHA-256' | 'SHA-512-256' | 'MD5'

const algorithms: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256', 'MD5']

/** `undefined` for one that is not spoken here, the `-sess` variants included. RFC 7616 §3.3: no name means MD5. */
export function parseAlgorithm(text: string | undefined): DigestAlgorithm | undefined {
  if (text === undefined) return 'MD5'
  return algorithms.find((algorithm) => algorithm === text.toUpperCase())
}

/**
 * The fields of a `Digest` credential or challenge by lower-cased name, quotes undone. `undefined` for another scheme,
 * a malformed field or a repeated one.
 */
export function parseDigestFields(text: string): Map<string, string> | undefined {
  const match = /^Digest[ \t]+/i.exec(text)
  if (match === null) return undefined
  const fields = new Map<string, string>()
  for (const part of splitTopLevel(text.slice(match[0].length), ',')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = trimBlanks(part.slice(0, Math.max(equals, 0))).toLowerCase()
    if (!isToken(name) || fields.has(name)) return undefined
    fields.set(name, unquote(trimBlanks(part.slice(equals + 1))))
  }
  return fields
}
