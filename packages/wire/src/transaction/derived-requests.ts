import { createRequest, parseCSeq, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'
import type { Flow } from './types.ts'

/** The request with our Via on top; `rport` asks for the source port of RFC 3581. */
export function withVia(request: SipRequest, flow: Flow, viaHost: string, branch: string): SipRequest {
  const transport = flow.transport ?? (flow.reliable ? 'TLS' : 'UDP')
  const via = `SIP/2.0/${transport} ${viaHost};branch=${branch};rport`
  return { ...request, headers: request.headers.clone().prepend('Via', via) }
}

/** A request on the same hop and branch as `request`, which has our Via: RFC 3261 §9.1, §17.1.1.3. */
function sibling(
  request: SipRequest,
  method: 'ACK' | 'CANCEL',
  to: string,
  more: readonly (readonly [string, string])[] = [],
): SipRequest {
  const { headers } = request
  const seq = parseCSeq(headers.get('CSeq') ?? '')?.seq ?? 0
  return createRequest({
    method,
    uri: request.uri,
    headers: [
      ...headers
        .getAll('Via')
        .slice(0, 1)
        .map((via) => ['Via', via] as const),
      ...headers.getAll('Route').map((route) => ['Route', route] as const),
      ['Max-Forwards', '70'],
      ['From', headers.get('From') ?? ''],
      ['To', to],
      ['Call-ID', headers.get('Call-ID') ?? ''],
      ['CSeq', `${seq} ${method}`],
      ...more,
    ],
  })
}

/** The ACK that a client transaction sends for a final response other than 2xx: RFC 3261 §17.1.1.3. */
export function ackForFailure(invite: SipRequest, response: SipResponse): SipRequest {
  return sibling(invite, 'ACK', response.headers.get('To') ?? '')
}

/** RFC 3261 §9.1. */
export function cancelFor(
  invite: SipRequest,
  headers: readonly (readonly [string, string])[] = [],
): SipRequest {
  return sibling(invite, 'CANCEL', invite.headers.get('To') ?? '', headers)
}
