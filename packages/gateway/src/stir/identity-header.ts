/** One Identity header (RFC 8224 §4), before any of it is believed. */
export interface IdentityHeader {
  /** The parts of the JWS in base64url; the first two are empty in the compact form. */
  readonly protectedHeader: string
  readonly payload: string
  readonly signature: string
  /** Where the certificate is. */
  readonly info: string
  readonly alg: string | undefined
  readonly ppt: string | undefined
}

const maxHeaderChars = 8_192 // a PASSporT with an x5u of 1 kB and rich call data stays below half of it

const digest = /^([\w-]*)\.([\w-]*)\.([\w-]+)/
const parameter =
  /[ \t]*;[ \t]*([\w.!%*+`'~-]+)(?:[ \t]*=[ \t]*(<[^<>\s]*>|"(?:[^"\\]|\\.)*"|[\w.!%*+`'~-]+))?/y

/** Parses a header value; undefined when it is none. Survives any text. */
export function parseIdentityHeader(value: string): IdentityHeader | undefined {
  const text = value.trim()
  if (text.length > maxHeaderChars) return undefined
  const [whole, protectedHeader = '', payload = '', signature = ''] = digest.exec(text) ?? []
  if (whole === undefined || (protectedHeader === '') !== (payload === '')) return undefined
  const parameters = parseParameters(text, whole.length)
  const info = parameters?.get('info')
  if (!parameters || info === undefined || !/^<.+>$/.test(info)) return undefined
  return {
    protectedHeader,
    payload,
    signature,
    info: info.slice(1, -1),
    alg: unquote(parameters.get('alg')),
    ppt: unquote(parameters.get('ppt')),
  }
}

export function serializeIdentityHeader(header: IdentityHeader): string {
  const alg = header.alg === undefined ? '' : `;alg=${header.alg}`
  const ppt = header.ppt === undefined ? '' : `;ppt=${header.ppt}`
  return `${header.protectedHeader}.${header.payload}.${header.signature};info=<${header.info}>${alg}${ppt}`
}

/** Undefined when something follows that is no parameter, or a name comes twice. */
function parseParameters(text: string, from: number): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>()
  parameter.lastIndex = from
  let end = from
  for (let match = parameter.exec(text); match; match = parameter.exec(text)) {
    const [, name = '', value = ''] = match
    if (found.has(name.toLowerCase())) return undefined
    found.set(name.toLowerCase(), value)
    end = parameter.lastIndex
  }
  return end === text.length ? found : undefined
}

/** RFC 8588 writes `ppt="shaken"`, RFC 8224 `ppt=shaken`. */
function unquote(value: string | undefined): string | undefined {
  return value?.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
}
