import { createRequest, parseNameAddr, parseUri, serializeUri, type SipRequest } from '@voxkeep/wire/sip'
import type { Dialog } from './dialog.ts'

export interface DialogRequestOptions {
  /** Our Contact, a name-addr. */
  readonly contact: string
  readonly headers?: Iterable<readonly [string, string]>
  /** Borrowed. */
  readonly body?: Uint8Array
  readonly maxForwards?: number
}

const usualMaxForwards = 70 // RFC 3261 §8.1.1.6

interface Routing {
  readonly uri: string
  readonly route: readonly string[]
}

/** A URI as a Request-URI: without header fields and without `method` (RFC 3261 §19.1.1, table 1). */
function asRequestUri(text: string): string {
  const uri = parseUri(text)
  if (uri === undefined) return text
  const params = new Map(uri.params)
  params.delete('method')
  return serializeUri({ ...uri, params, headers: '' })
}

/** RFC 3261 §12.2.1.1: a first hop without `lr` is a strict router, which wants its own name in the Request-URI. */
function routingOf(dialog: Dialog): Routing {
  const first = parseNameAddr(dialog.routeSet[0] ?? '')?.uri
  if (first === undefined) return { uri: asRequestUri(dialog.remoteTarget), route: [] }
  const loose = parseUri(first)?.params.has('lr') === true
  if (loose) return { uri: asRequestUri(dialog.remoteTarget), route: dialog.routeSet }
  return { uri: asRequestUri(first), route: [...dialog.routeSet.slice(1), `<${dialog.remoteTarget}>`] }
}

/** The URI of the next hop: the first of the route, else the remote target. The ACK of a 2xx goes there too. */
export function nextHop(dialog: Dialog): string {
  return parseNameAddr(dialog.routeSet[0] ?? '')?.uri ?? dialog.remoteTarget
}

function tagged(address: string, tag: string): string {
  return tag === '' ? address : `${address};tag=${tag}`
}

function requestIn(dialog: Dialog, method: string, seq: number, o: DialogRequestOptions): SipRequest {
  const { uri, route } = routingOf(dialog)
  const headers: (readonly [string, string])[] = [
    ...route.map((value) => ['Route', value] as const),
    ['Max-Forwards', String(o.maxForwards ?? usualMaxForwards)],
    ['From', tagged(dialog.localUri, dialog.localTag)],
    ['To', tagged(dialog.remoteUri, dialog.remoteTag)],
    ['Call-ID', dialog.callId],
    ['CSeq', `${seq} ${method}`],
    ['Contact', o.contact],
    ...(o.headers ?? []),
  ]
  return createRequest({ method, uri, headers, ...(o.body === undefined ? {} : { body: o.body }) })
}

/**
 * A request within the dialog, without Via. Its CSeq is taken before anything is sent, so that two requests at once
 * never share one (interop 22, interop 23). Not for ACK and CANCEL, which use another request's.
 */
export function dialogRequest(dialog: Dialog, method: string, o: DialogRequestOptions): SipRequest {
  dialog.localSeq += 1
  return requestIn(dialog, method, dialog.localSeq, o)
}

/**
 * The ACK of a 2xx, without Via (RFC 3261 §13.2.2.4).
 *
 * @param inviteSeq - The CSeq of the INVITE that the 2xx answers.
 */
export function ackFor(dialog: Dialog, inviteSeq: number, o: DialogRequestOptions): SipRequest {
  return requestIn(dialog, 'ACK', inviteSeq, o)
}
