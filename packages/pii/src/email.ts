import type { Analysis } from './analysis.ts'
import type { Finding } from './contract.ts'

const longestLocal = 64 // RFC 5321 §4.5.3.1.1
const longestDomain = 255 // RFC 5321 §4.5.3.1.2

function isLocal(code: number): boolean {
  if (code > 127) return code > 0xbf
  return (
    (code > 47 && code < 58) ||
    (code > 64 && code < 91) ||
    (code > 96 && code < 123) ||
    ".!#$%&'*+/=?^_`{|}~-".includes(String.fromCharCode(code))
  )
}

function isDomain(code: number): boolean {
  if (code > 127) return code > 0xbf
  return (
    (code > 47 && code < 58) ||
    (code > 64 && code < 91) ||
    (code > 96 && code < 123) ||
    code === 45 ||
    code === 46
  )
}

function edges(text: string, at: number): { start: number; end: number } {
  let start = at
  while (start > 0 && at - start < longestLocal && isLocal(text.charCodeAt(start - 1))) start -= 1
  while (start < at && ".'`{|}*=/!?".includes(text[start] ?? '')) start += 1
  let end = at + 1
  while (end < text.length && end - at < longestDomain && isDomain(text.charCodeAt(end))) end += 1
  while (end > at + 1 && '.-'.includes(text[end - 1] ?? '')) end -= 1
  return { start, end }
}

/** Addresses as they are written: one look to both sides of each `@`. */
export function findWrittenEmails({ scan: { text } }: Analysis): Finding[] {
  const found: Finding[] = []
  let from = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', from)) {
    const { start, end } = edges(text, at)
    const dotted = text.lastIndexOf('.', end - 1) > at + 1
    if (start < at && end > at + 1) {
      const confidence = dotted ? 0.98 : 0.55
      found.push({ type: 'email', start, end, confidence, value: text.slice(start, end), by: 'email' })
    }
    from = Math.max(end, at + 1)
  }
  return found
}
