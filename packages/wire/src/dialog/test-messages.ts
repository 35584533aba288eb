import { createRequest, createResponse, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'

type Changes = Readonly<Record<string, string | undefined>>

/** An INVITE from the peer, or to it; a header given as `undefined` is left out. */
export function invite(changes: Changes = {}, uri = 'sip:gw.example.com'): SipRequest {
  const headers: Changes = {
    Via: 'SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKinvite',
    From: '"Caller" <sip:caller@example.com>;tag=from',
    To: '<sip:callee@example.com>',
    'Call-ID': 'call@example.com',
    CSeq: '10 INVITE',
    Contact: '<sip:caller@192.0.2.1:5061;transport=tls>',
    ...changes,
  }
  const lines = Object.entries(headers)
  return createRequest({
    method: changes['CSeq']?.split(' ')[1] ?? 'INVITE',
    uri,
    headers: lines.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  })
}

/** The peer's response to `request`. */
export function reply(
  request: SipRequest,
  status: number,
  o: { toTag?: string; contact?: string | undefined } = {},
): SipResponse {
  const contact = 'contact' in o ? o.contact : '<sip:callee@198.51.100.1:5061>'
  const headers = contact === undefined ? [] : [['Contact', contact] as const]
  return createResponse(request, status, undefined, { toTag: o.toTag ?? 'to', headers })
}
