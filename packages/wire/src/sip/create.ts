import { SipError } from './errors.ts'
import { isToken, unfold } from './grammar.ts'
import { headerKey } from './header-names.ts'
import { SipHeaders } from './headers.ts'
import type { SipRequest, SipResponse } from './message.ts'
import { parseNameAddr } from './name-addr.ts'
import { reasonPhrases } from './reason-phrases.ts'

type HeaderLines = Iterable<readonly [string, string]>

const noBody = new Uint8Array(0)
const uriPattern = /^[\u0021-\u007e]+$/

/** Throws `SipError` `SIP_START_LINE` when the method or URI could not stand in a start line. Borrows `body`. */
export function createRequest(o: {
  readonly method: string
  readonly uri: string
  readonly headers: HeaderLines
  readonly body?: Uint8Array
}): SipRequest {
  if (!isToken(o.method)) throw new SipError('SIP_START_LINE', 'a method is not a token')
  if (!uriPattern.test(o.uri)) throw new SipError('SIP_START_LINE', 'a request URI is not one word')
  return {
    kind: 'request',
    method: o.method,
    uri: o.uri,
    headers: new SipHeaders(o.headers),
    body: o.body ?? noBody,
  }
}

/** Requests whose success makes a dialog or an early one, so that the route set must be echoed: RFC 3261 §12.1.1. */
const dialogForming = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY'])

function tagged(to: string, tag: string): string {
  const address = parseNameAddr(to)
  return address === undefined || address.params.has('tag') ? to : `${to};tag=${tag}`
}

/**
 * A response with what RFC 3261 §8.2.6.2 copies: Via, From, To, Call-ID, CSeq; also Timestamp, and Record-Route where
 * the response can make a dialog. `toTag` is added to a To that has none, except in a 100. What the request lacks is
 * left out, so a malformed one can be answered. `o.headers` follow. Borrows `body`.
 */
export function createResponse(
  request: SipRequest,
  status: number,
  reason: string = reasonPhrases.get(status) ?? '',
  o: { readonly toTag?: string; readonly headers?: HeaderLines; readonly body?: Uint8Array } = {},
): SipResponse {
  const headers = new SipHeaders()
  const lines = Array.from(request.headers, ([name, value]) => ({ key: headerKey(name), value }))
  const copy = (name: string): void => {
    const key = headerKey(name)
    for (const line of lines) if (line.key === key) headers.append(name, line.value)
  }
  copy('Via')
  if (status > 100 && status < 300 && dialogForming.has(request.method)) copy('Record-Route')
  copy('From')
  copy('To')
  copy('Call-ID')
  copy('CSeq')
  copy('Timestamp')
  const to = headers.get('To')
  if (to !== undefined && o.toTag !== undefined && status > 100) headers.set('To', tagged(to, o.toTag))
  for (const [name, value] of o.headers ?? []) headers.append(name, value)
  return { kind: 'response', status, reason: unfold(reason), headers, body: o.body ?? noBody }
}
