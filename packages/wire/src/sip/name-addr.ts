import { splitTopLevel, trimBlanks } from './grammar.ts'
import { parseParams, quote, serializeParams, unquote, type Params } from './params.ts'

/** `"Display" <uri>;params` or `uri;params` (RFC 3261 §20.10). `displayName` is unquoted, `uri` as written. */
export interface NameAddr {
  displayName?: string
  uri: string
  params: Params
}

const schemeStart = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/
const quotedName = /^"(?:[^"\\]|\\.)*"/s
// Wider than `*(token LWS)`: an unquoted dot, comma or letter beyond ASCII is common and harmless (RFC 4475 §3.1.2.15).
const plainName = /^[^<>"]*$/

function bracketed(text: string, name: string): NameAddr | undefined {
  const open = text.indexOf('<')
  const close = text.indexOf('>', open)
  if (close < 0 || trimBlanks(text.slice(0, open)) !== '') return undefined
  const uri = text.slice(open + 1, close)
  const params = parseParams(text.slice(close + 1))
  if (params === undefined || !schemeStart.test(uri)) return undefined
  return name === '' ? { uri, params } : { displayName: name, uri, params }
}

function bare(text: string): NameAddr | undefined {
  const uri = splitTopLevel(text, ';')[0] ?? ''
  const params = parseParams(text.slice(text.indexOf(uri) + uri.length))
  // RFC 3261 §20: a URI with a comma, question mark or semicolon must be in brackets.
  if (params === undefined || !schemeStart.test(uri) || /[,?]/.test(uri)) return undefined
  return { uri, params }
}

/** `undefined` when malformed. Without `<…>` every `;` starts a header parameter (RFC 3261 §20.10). */
export function parseNameAddr(text: string): NameAddr | undefined {
  const value = trimBlanks(text)
  if (value.startsWith('"')) {
    const name = quotedName.exec(value)?.[0]
    if (name === undefined) return undefined
    const rest = value.slice(name.length)
    return rest.includes('<') ? bracketed(rest, unquote(name)) : undefined
  }
  const open = value.indexOf('<')
  if (open < 0) return bare(value)
  const name = trimBlanks(value.slice(0, open))
  return plainName.test(name) ? bracketed(value.slice(open), name) : undefined
}

export function serializeNameAddr(address: NameAddr): string {
  const name = address.displayName === undefined ? '' : `${quote(address.displayName)} `
  return `${name}<${address.uri}>${serializeParams(address.params)}`
}
