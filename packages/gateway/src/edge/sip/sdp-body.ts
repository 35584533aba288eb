import type { SipRequest } from '@voxkeep/wire/sip'

/** Whether the request carries a session description; a body that it calls optional and we do not know is none. */
export function hasSdp(request: SipRequest): boolean {
  const type = request.headers.get('Content-Type') ?? ''
  return request.body.length > 0 && /^application\/sdp[ \t]*(?:;|$)/i.test(type)
}
