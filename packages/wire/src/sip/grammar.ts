const token = /^[\w\-.!%*+`'~]+$/

/** RFC 3261 §25.1 `token`. */
export function isToken(text: string): boolean {
  return token.test(text)
}

const space = 0x20
const tab = 0x09

function isBlank(code: number): boolean {
  return code === space || code === tab
}

/** Trims SP and HTAB only: `String.trim` would also eat a BOM and other characters that SIP counts as content. */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

/** A header value on one line: each line break, with the blanks around it, is one space (RFC 3261 §7.3.1). */
export function unfold(value: string): string {
  if (!value.includes('\n') && !value.includes('\r')) return trimBlanks(value)
  return trimBlanks(
    value
      .split(/[\r\n]+/)
      .map(trimBlanks)
      .join(' '),
  )
}

/**
 * Splits at `separator` outside quoted strings and `<…>`, trimming each part.
 * An unclosed quote or bracket reaches to the end. Empty parts are kept.
 */
export function splitTopLevel(text: string, separator: ',' | ';'): string[] {
  if (!text.includes(separator)) return [trimBlanks(text)]
  const parts: string[] = []
  let start = 0
  let quoted = false
  let bracketed = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at += 1
      else if (char === '"') quoted = false
    } else if (char === '"' && !bracketed) quoted = true
    else if (char === '<') bracketed = true
    else if (char === '>') bracketed = false
    else if (char === separator && !bracketed) {
      parts.push(trimBlanks(text.slice(start, at)))
      start = at + 1
    }
  }
  parts.push(trimBlanks(text.slice(start)))
  return parts
}
