import { isToken, trimBlanks } from './grammar.ts'
import { SipHeaders } from './headers.ts'
import type { SipLimits } from './limits.ts'
import { parseStartLine, type Fault, type StartLine } from './start-line.ts'

/** What a message's bytes up to its blank line say. Parsing goes on past a fault, to have something to answer from. */
export interface Head {
  readonly start: StartLine
  readonly headers: SipHeaders
  /** The first thing wrong. */
  readonly fault: Fault | undefined
  /** Whether the lines can be trusted to tell where the message ends. */
  readonly framed: boolean
}

const bad = (reason: string): Fault => ({ reason, status: 400 })

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const latin1 = new TextDecoder('latin1')
const encoder = new TextEncoder()

/** UTF-8 by RFC 3261 §7; old exchanges send Latin-1 names, which are never valid UTF-8. */
function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return latin1.decode(bytes)
  }
}

const lf = 0x0a
const cr = 0x0d

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/
const quotedPair = /\\[^\r\n]/g

/**
 * A control character counts only inside a quoted pair. A bare CR or LF is a line end to some parsers and content to
 * others: refusing it keeps a header from being hidden from one of two elements in a row.
 */
function hasStrayControl(line: string): boolean {
  return control.test(line) && control.test(line.replace(/\r\n(?=[ \t])/g, '').replace(quotedPair, ''))
}

function isTooLong(line: string, text: string, limits: SipLimits, isAscii: boolean): boolean {
  if (line.length > limits.maxLineBytes) return true
  return !isAscii && text.length > limits.maxLineBytes && encoder.encode(line).length > limits.maxLineBytes
}

function lineFault(line: string): Fault | undefined {
  const colon = line.indexOf(':')
  // Blanks may follow a name, not precede it: such a line would continue the start line, which has no folds.
  const isFold = line.startsWith(' ') || line.startsWith('\t')
  if (isFold || colon < 0 || !isToken(trimBlanks(line.slice(0, colon)))) return bad('malformed header line')
  return hasStrayControl(line) ? bad('control character in a header') : undefined
}

/** Where the line that starts at `from` ends, its folds included. */
function lineEnd(text: string, from: number): number {
  let end = text.indexOf('\r\n', from)
  while (end >= 0 && (text[end + 2] === ' ' || text[end + 2] === '\t')) end = text.indexOf('\r\n', end + 2)
  return end < 0 ? text.length : end
}

/** @param bytes - Borrowed: the message up to the blank line, without it. */
export function parseHead(bytes: Uint8Array, limits: SipLimits): Head {
  const text = decode(bytes)
  const isAscii = text.length === bytes.length
  const firstBreak = text.indexOf('\r\n')
  const firstEnd = firstBreak < 0 ? text.length : firstBreak
  const firstLine = text.slice(0, firstEnd)
  const start = parseStartLine(firstLine)
  let fault = start.kind === 'response' ? undefined : start.fault
  if (isTooLong(firstLine, text, limits, isAscii)) fault ??= { reason: 'start line too long', status: 414 }
  if (hasStrayControl(firstLine)) fault ??= bad('control character in the start line')
  const headers = new SipHeaders()
  let count = 0
  let at = firstEnd + 2
  for (; at < text.length && count < limits.maxHeaders; count += 1) {
    const end = lineEnd(text, at)
    const line = text.slice(at, end)
    const wrong = isTooLong(line, text, limits, isAscii) ? bad('header line too long') : lineFault(line)
    if (wrong === undefined) appendLine(headers, line)
    else fault ??= wrong
    at = end + 2
  }
  const cut = at < text.length
  if (cut) fault ??= bad('too many headers')
  return { start, headers, fault, framed: !cut && (start.kind !== 'bad' || start.isSip) }
}

function appendLine(headers: SipHeaders, line: string): void {
  const colon = line.indexOf(':')
  headers.append(trimBlanks(line.slice(0, colon)), line.slice(colon + 1))
}

/**
 * The offset of the blank line's CRLFCRLF at or after `from`, or -1.
 * @param bytes - Borrowed.
 */
export function findHeadEnd(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(cr, from); at >= 0; at = bytes.indexOf(cr, at + 1)) {
    if (bytes[at + 1] === lf && bytes[at + 2] === cr && bytes[at + 3] === lf) return at
  }
  return -1
}

/** How many bytes of CR and LF stand before a message (RFC 3261 §7.5 has them ignored). */
export function leadingBreaks(bytes: Uint8Array): number {
  let at = 0
  while (bytes[at] === cr || bytes[at] === lf) at += 1
  return at
}
