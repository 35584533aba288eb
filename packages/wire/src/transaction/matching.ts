import {
  parseCSeq,
  parseNameAddr,
  topVia,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '@voxkeep/wire/sip'

const magicCookie = 'z9hG4bK' // RFC 3261 §8.1.1.7

export function tagIn(message: SipMessage, name: 'From' | 'To'): string {
  return parseNameAddr(message.headers.get(name) ?? '')?.params.get('tag') ?? ''
}

function seqOf(message: SipMessage): number | undefined {
  return parseCSeq(message.headers.get('CSeq') ?? '')?.seq
}

/** No header value holds a line break, so values joined by it cannot be read as others. */
function join(...parts: (string | number | undefined)[]): string {
  return parts.join('\n')
}

/**
 * The server transaction that a request belongs to (RFC 3261 §17.2.3), an ACK to its INVITE's. A branch without the
 * cookie is a peer of RFC 2543: then all that identifies the request does, save the To tag, which an ACK alone has.
 * `undefined` without a usable Via.
 *
 * @param method - Of the transaction looked for, where it is not the request's: a CANCEL looks for its INVITE.
 */
export function serverKey(request: SipRequest, method: string = request.method): string | undefined {
  const via = topVia(request)
  if (via === undefined) return undefined
  const wanted = method === 'ACK' ? 'INVITE' : method
  const sentBy = `${via.host}:${via.port ?? ''}`
  const branch = via.params.get('branch')
  if (branch?.startsWith(magicCookie) === true) return join(wanted, sentBy, branch)
  const { headers, uri } = request
  return join(wanted, sentBy, branch, uri, tagIn(request, 'From'), headers.get('Call-ID'), seqOf(request))
}

/** What a merged request shares with the one that came first (RFC 3261 §8.2.2.2); `undefined` within a dialog. */
export function mergeKey(request: SipRequest): string | undefined {
  if (tagIn(request, 'To') !== '') return undefined
  return join(tagIn(request, 'From'), request.headers.get('Call-ID'), seqOf(request), request.method)
}

/** What an ACK shares with the 2xx it acknowledges: the dialog and the INVITE's number (RFC 3261 §13.3.1.4). */
export function ackKey(message: SipMessage): string {
  const callId = message.headers.get('Call-ID')
  return join(callId, tagIn(message, 'From'), tagIn(message, 'To'), seqOf(message))
}

/** What a 2xx and our ACK to it share with our INVITE, whichever fork answered. */
export function inviteKey(message: SipMessage): string {
  return join(message.headers.get('Call-ID'), tagIn(message, 'From'), seqOf(message))
}

/** The client transaction that a response belongs to (RFC 3261 §17.1.3); `undefined` when it names none. */
export function clientKey(message: SipRequest | SipResponse): string | undefined {
  const branch = topVia(message)?.params.get('branch')
  const method = parseCSeq(message.headers.get('CSeq') ?? '')?.method
  return branch === undefined || method === undefined ? undefined : join(branch, method)
}

/** RFC 3261 §9.2: a CANCEL repeats what identifies the request it cancels, beyond the branch that found it. */
export function cancels(cancel: SipRequest, invite: SipRequest): boolean {
  return (
    cancel.headers.get('Call-ID') === invite.headers.get('Call-ID') &&
    tagIn(cancel, 'From') === tagIn(invite, 'From') &&
    seqOf(cancel) === seqOf(invite)
  )
}
