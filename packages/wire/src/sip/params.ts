import { isToken, splitTopLevel, trimBlanks } from './grammar.ts'

/** Parameters by lower-cased name. A quoted value keeps its quotes; a parameter without `=` maps to `undefined`. */
export type Params = Map<string, string | undefined>

const quotedString = /^"(?:[^"\\]|\\.)*"$/s
const unquotedValue = /^[^\s",;<>]+$/

function isParamValue(value: string): boolean {
  return unquotedValue.test(value) || quotedString.test(value)
}

/**
 * Reads `;name=value;flag` (RFC 3261 §25.1 `generic-param`). Names are lower-cased; of a repeated name the first
 * counts. `undefined` when a part is empty or malformed.
 */
export function parseParams(text: string): Params | undefined {
  const params: Params = new Map()
  const rest = trimBlanks(text)
  if (rest === '') return params
  if (!rest.startsWith(';')) return undefined
  for (const part of splitTopLevel(rest.slice(1), ';')) {
    const equals = part.indexOf('=')
    const name = trimBlanks(equals < 0 ? part : part.slice(0, equals)).toLowerCase()
    const value = equals < 0 ? undefined : trimBlanks(part.slice(equals + 1))
    if (!isToken(name) || (value !== undefined && !isParamValue(value))) return undefined
    if (!params.has(name)) params.set(name, value)
  }
  return params
}

export function serializeParams(params: ReadonlyMap<string, string | undefined>): string {
  let text = ''
  for (const [name, value] of params) text += value === undefined ? `;${name}` : `;${name}=${value}`
  return text
}

/** The content of a quoted string, its escapes undone; other text as it is. */
export function unquote(text: string): string {
  return quotedString.test(text) ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text
}

/** `text` as a quoted string. Line breaks cannot be quoted in SIP and become spaces. */
export function quote(text: string): string {
  return `"${text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}"`
}
