import {
  parseCSeq,
  parseNameAddr,
  parseUri,
  serializeNameAddr,
  type NameAddr,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '@voxkeep/wire/sip'

/** A peer-to-peer relationship of two user agents (RFC 3261 §12). Its owner is one call; nothing else may change it. */
export interface Dialog {
  readonly callId: string
  readonly localTag: string
  /** '' for a peer of RFC 2543, which has none. */
  readonly remoteTag: string
  /** A name-addr without its tag; constant, so that every From we write is the same (interop 23). */
  readonly localUri: string
  readonly remoteUri: string
  /** The peer's Contact URI. */
  remoteTarget: string
  /** In the order in which requests visit it; fixed when the dialog is made (interop 23). */
  readonly routeSet: readonly string[]
  /** The last CSeq we used. */
  localSeq: number
  /** The last CSeq the peer used; `undefined` before its first request. */
  remoteSeq: number | undefined
  /** RFC 3261 §12.1.1: every request must go over TLS on every hop. */
  readonly secure: boolean
}

const contactSchemes: ReadonlySet<string> = new Set(['sip', 'sips'])

/** The URI of the first Contact; `undefined` without one that requests can be sent to. */
export function contactUri(message: SipMessage): string | undefined {
  const [contact] = message.headers.getAll('Contact')
  const uri = contact === undefined ? undefined : parseNameAddr(contact)?.uri
  const scheme = uri === undefined ? undefined : parseUri(uri)?.scheme
  return scheme !== undefined && contactSchemes.has(scheme) ? uri : undefined
}

function isSips(uri: string): boolean {
  return parseUri(uri)?.scheme === 'sips'
}

/** The Record-Route values; `undefined` when one is malformed: half a route leads nowhere. */
function recordedRoute(message: SipMessage): string[] | undefined {
  const route = message.headers.getAll('Record-Route')
  const valid = route.every((value) =>
    contactSchemes.has(parseUri(parseNameAddr(value)?.uri ?? '')?.scheme ?? ''),
  )
  return valid ? route : undefined
}

interface Parties {
  readonly callId: string
  readonly from: NameAddr
  readonly to: NameAddr
  readonly seq: number
}

function partiesOf(message: SipMessage): Parties | undefined {
  const callId = message.headers.get('Call-ID')
  const from = parseNameAddr(message.headers.get('From') ?? '')
  const to = parseNameAddr(message.headers.get('To') ?? '')
  const cseq = parseCSeq(message.headers.get('CSeq') ?? '')
  if (callId === undefined || from === undefined || to === undefined || cseq === undefined) return undefined
  return { callId, from, to, seq: cseq.seq }
}

function tagOf(address: NameAddr): string {
  return address.params.get('tag') ?? ''
}

function withoutTag(address: NameAddr): string {
  const params = new Map(address.params)
  params.delete('tag')
  return serializeNameAddr({ ...address, params })
}

/**
 * The dialog that a response of ours with `localTag` makes (RFC 3261 §12.1.1). The request must have come over TLS for
 * `secure` to be as said. `undefined` when the request lacks what a dialog needs: answer it 400.
 */
export function uasDialog(request: SipRequest, localTag: string): Dialog | undefined {
  const parties = partiesOf(request)
  const routeSet = recordedRoute(request)
  const remoteTarget = contactUri(request)
  if (parties === undefined || routeSet === undefined || remoteTarget === undefined) return undefined
  return {
    callId: parties.callId,
    localTag,
    remoteTag: tagOf(parties.from),
    localUri: withoutTag(parties.to),
    remoteUri: withoutTag(parties.from),
    remoteTarget,
    routeSet,
    localSeq: 0,
    remoteSeq: parties.seq,
    secure: isSips(request.uri),
  }
}

/**
 * The dialog that a peer's response to our request makes (RFC 3261 §12.1.2): early by a 1xx with a To tag, confirmed by
 * a 2xx. Without a Contact, which some leave out of a 180, requests go where the first went. `undefined` when the
 * response makes none.
 *
 * @param early - The same peer's early dialog, whose sequence numbers go on; its route is computed anew (§13.2.2.4).
 */
export function uacDialog(request: SipRequest, response: SipResponse, early?: Dialog): Dialog | undefined {
  const parties = partiesOf(response)
  const seq = parseCSeq(request.headers.get('CSeq') ?? '')?.seq
  const routeSet = recordedRoute(response)?.toReversed()
  if (response.status <= 100 || response.status >= 300) return undefined
  if (parties === undefined || routeSet === undefined || seq === undefined) return undefined
  const remoteTag = tagOf(parties.to)
  if (remoteTag === '' && response.status < 200) return undefined
  return {
    callId: parties.callId,
    localTag: tagOf(parties.from),
    remoteTag,
    localUri: withoutTag(parties.from),
    remoteUri: withoutTag(parties.to),
    remoteTarget: contactUri(response) ?? early?.remoteTarget ?? request.uri,
    routeSet,
    localSeq: Math.max(seq, early?.localSeq ?? 0),
    remoteSeq: early?.remoteSeq,
    secure: isSips(request.uri),
  }
}
