import { parseCSeq } from './cseq.ts'
import type { SipMessage } from './message.ts'
import { registeredMethods } from './methods.ts'
import { parseNameAddr } from './name-addr.ts'
import type { Fault } from './start-line.ts'
import { parseVia } from './via.ts'

/** Headers that a message has at most once; RFC 3261 §20 gives them no list. */
const singleHeaders = ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Type']

const bad = (reason: string): Fault => ({ reason, status: 400 })

const magicCookie = 'z9hG4bK'

function viaFault(message: SipMessage): Fault | undefined {
  const vias = message.headers.getAll('Via')
  if (vias.length === 0) return bad('no Via')
  for (const [index, text] of vias.entries()) {
    const via = parseVia(text)
    if (via === undefined) return bad('malformed Via')
    // RFC 4475 §3.2.1: the cookie promises a unique identifier, and none follows.
    if (index === 0 && via.params.get('branch') === magicCookie) return bad('empty Via branch')
  }
  return undefined
}

function cseqFault(message: SipMessage): Fault | undefined {
  const cseq = parseCSeq(message.headers.get('CSeq') ?? '')
  if (cseq === undefined) return bad('malformed or missing CSeq')
  if (message.kind === 'response' || cseq.method === message.method) return undefined
  // RFC 4475 §3.1.2.18 prefers 501 where the method is unknown anyway.
  const status = registeredMethods.has(message.method) ? 400 : 501
  return { reason: 'CSeq names another method', status }
}

/**
 * What is wrong with the headers that every message must have (RFC 3261 §8.1.1): those that transactions and
 * dialogs are matched by. Tags and a branch may be absent, as in RFC 2543.
 */
export function envelopeFault(message: SipMessage): Fault | undefined {
  const { headers } = message
  for (const name of singleHeaders)
    if (headers.getAll(name).length > 1) return bad('a single header is repeated')
  const via = viaFault(message)
  if (via !== undefined) return via
  if (parseNameAddr(headers.get('From') ?? '') === undefined) return bad('malformed or missing From')
  if (parseNameAddr(headers.get('To') ?? '') === undefined) return bad('malformed or missing To')
  if (!/^\S+$/.test(headers.get('Call-ID') ?? '')) return bad('malformed or missing Call-ID')
  return cseqFault(message)
}
