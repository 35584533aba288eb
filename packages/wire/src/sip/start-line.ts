import { isToken, trimBlanks } from './grammar.ts'

/** Why a message is refused: constant words, and the status that tells a request's sender. */
export interface Fault {
  readonly reason: string
  readonly status?: number
}

interface RequestLine {
  readonly kind: 'request'
  readonly method: string
  readonly uri: string
  /** What is wrong with the line; the other fields are then a best effort to answer from. */
  readonly fault?: Fault
}

interface StatusLine {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
}

/** `isSip`: the line means to be SIP, so the headers below can be trusted to tell where the message ends. */
interface BadLine {
  readonly kind: 'bad'
  readonly isSip: boolean
  readonly fault: Fault
}

export type StartLine = RequestLine | StatusLine | BadLine

// RFC 3261 §7.2 wants a space before even an empty reason; some senders drop it.
const statusLine = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/is
const requestLine = /^(\S+) ([^\s<>"]+) SIP\/2\.0$/i
const version = /^SIP\/(\d{1,9}\.\d{1,9})$/i

/** Takes a line apart at its outer words: what stands between them must be the URI that was meant. */
function parseLoosely(line: string): StartLine {
  const text = trimBlanks(line)
  const first = text.search(/[ \t]/)
  const last = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\t'))
  const spoken = version.exec(text.slice(last + 1))?.[1]
  const method = text.slice(0, first)
  if (spoken === undefined || first === last || !isToken(method)) {
    return { kind: 'bad', isSip: spoken !== undefined, fault: { reason: 'malformed start line' } }
  }
  const uri = trimBlanks(text.slice(first, last))
  const fault =
    spoken === '2.0'
      ? { reason: 'malformed request line', status: 400 }
      : { reason: 'unknown protocol version', status: 505 }
  return { kind: 'request', method, uri, fault }
}

export function parseStartLine(line: string): StartLine {
  if (/^SIP\//i.test(line)) {
    const match = statusLine.exec(line)
    if (match === null) return { kind: 'bad', isSip: true, fault: { reason: 'malformed status line' } }
    return { kind: 'response', status: Number(match[1]), reason: match[2] ?? '' }
  }
  const match = requestLine.exec(line)
  const [, method = '', uri = ''] = match ?? []
  return isToken(method) ? { kind: 'request', method, uri } : parseLoosely(line)
}
