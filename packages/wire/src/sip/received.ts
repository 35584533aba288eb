import type { SipRequest } from './message.ts'
import { serializeVia, topVia } from './via.ts'

const brackets = /^\[|\]$/g

/**
 * The request with its source on the top Via: `received` when the sender's name for itself is not that address or it
 * asked for `rport` (RFC 3261 §18.2.1, RFC 3581 §4). What the sender itself wrote there is overwritten.
 * `source.address` is an IP address without brackets. A request without a well-formed Via comes back as it is.
 */
export function stampReceived(
  request: SipRequest,
  source: { readonly address: string; readonly port: number },
): SipRequest {
  const via = topVia(request)
  if (via === undefined) return request
  const asksForPort = via.params.has('rport')
  if (asksForPort) via.params.set('rport', String(source.port))
  via.params.delete('received')
  if (asksForPort || via.host.replace(brackets, '') !== source.address.toLowerCase()) {
    via.params.set('received', source.address)
  }
  return { ...request, headers: request.headers.clone().removeFirst('Via').prepend('Via', serializeVia(via)) }
}
