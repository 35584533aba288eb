import { SipError } from './errors.ts'
import { headerKey } from './header-names.ts'
import type { SipMessage } from './message.ts'

const encoder = new TextEncoder()
const lineBreak = /[\r\n]/

function startLine(message: SipMessage): string {
  const line =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`
  if (lineBreak.test(line)) throw new SipError('SIP_START_LINE', 'a start line contains a line break')
  return line
}

function headerText(message: SipMessage): string {
  const length = message.body.length
  let text = `${startLine(message)}\r\n`
  let measured = false
  for (const [name, value] of message.headers) {
    if (headerKey(name) !== 'content-length') text += `${name}: ${value}\r\n`
    else if (!measured) {
      measured = true
      text += `${name}: ${length}\r\n`
    }
  }
  return measured ? `${text}\r\n` : `${text}Content-Length: ${length}\r\n\r\n`
}

/**
 * The message as it goes on the wire, in new memory. Content-Length tells the body's length, whatever the headers said.
 * Throws `SipError` `SIP_START_LINE` when a line break would split the start line.
 */
export function serializeSip(message: SipMessage): Uint8Array {
  const head = encoder.encode(headerText(message))
  const bytes = new Uint8Array(head.length + message.body.length)
  bytes.set(head)
  bytes.set(message.body, head.length)
  return bytes
}
