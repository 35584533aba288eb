import { contentLength } from './content-length.ts'
import { envelopeFault } from './envelope.ts'
import { findHeadEnd, leadingBreaks, parseHead, type Head } from './head.ts'
import { defaultSipLimits, type SipLimits } from './limits.ts'
import type { SipMessage } from './message.ts'
import type { Fault } from './start-line.ts'

/**
 * A message, or why there is none: `reason` is constant words. `status` is there when it was a request that can be
 * answered, and `message` then holds as much of it as an answer needs; that message is not to be acted on.
 */
export type ParsedSip =
  | { ok: true; message: SipMessage }
  | { ok: false; reason: string; status?: number; message?: SipMessage }

const noBody = new Uint8Array(0)

/** The message that a head begins, unless its start line tells nothing. */
export function assemble({ start, headers }: Head, body: Uint8Array): SipMessage | undefined {
  switch (start.kind) {
    case 'request':
      return { kind: 'request', method: start.method, uri: start.uri, headers, body }
    case 'response':
      return { kind: 'response', status: start.status, reason: start.reason, headers, body }
    case 'bad':
      return undefined
  }
}

/** A refusal in the shape callers get: nobody answers a response, nor an ACK (RFC 3261 §17.1.1.3). */
export function refuse(
  { reason, status }: Fault,
  message: SipMessage | undefined,
): ParsedSip & { ok: false } {
  const isAnswerable = message?.kind === 'request' && message.method !== 'ACK' && status !== undefined
  return isAnswerable ? { ok: false, reason, status, message } : { ok: false, reason }
}

/** The verdict on a head and its whole body. */
export function judge(head: Head, body: Uint8Array, framing?: Fault): ParsedSip {
  const message = assemble(head, body)
  const fault = head.fault ?? framing
  if (message === undefined) return refuse(fault ?? { reason: 'malformed start line' }, undefined)
  const wrong = fault ?? envelopeFault(message)
  return wrong === undefined ? { ok: true, message } : refuse(wrong, message)
}

function cutBody(head: Head, rest: Uint8Array, limits: SipLimits): { body: Uint8Array; fault?: Fault } {
  const length = contentLength(head.headers)
  if (length.kind === 'bad') return { body: noBody, fault: length.fault }
  const bytes = length.kind === 'absent' ? rest.length : length.bytes
  if (bytes > limits.maxBodyBytes) return { body: noBody, fault: { reason: 'body too large', status: 413 } }
  // RFC 3261 §18.3: a request that ends before its body does is answered 400.
  if (bytes > rest.length)
    return { body: noBody, fault: { reason: 'body shorter than Content-Length', status: 400 } }
  return { body: rest.subarray(0, bytes) }
}

/**
 * Parses one datagram: what follows Content-Length's bytes is dropped, and without Content-Length the body is all the
 * rest (RFC 3261 §18.3). An accepted message has one well-formed From, To, Call-ID and CSeq, its CSeq names its own
 * method, and each Via is well-formed. Never throws.
 *
 * @param bytes - Borrowed: the message's `body` aliases it.
 */
export function parseSip(bytes: Uint8Array, limits: SipLimits = defaultSipLimits): ParsedSip {
  const from = leadingBreaks(bytes)
  const end = findHeadEnd(bytes, from)
  const headEnd = end < 0 ? bytes.length : end
  if (headEnd - from > limits.maxHeaderBytes) return { ok: false, reason: 'headers too large' }
  const head = parseHead(bytes.subarray(from, headEnd), limits)
  if (end < 0) return judge(head, noBody, { reason: 'no end of headers', status: 400 })
  const { body, fault } = cutBody(head, bytes.subarray(end + 4), limits)
  return judge(head, body, fault)
}
