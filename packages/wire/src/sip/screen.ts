import { splitTopLevel, trimBlanks } from './grammar.ts'
import type { SipRequest, SipResponse } from './message.ts'
import { registeredMethods } from './methods.ts'
import { parseNameAddr } from './name-addr.ts'
import { parseUri } from './uri.ts'

/** What a server takes. */
export interface ScreenPolicy {
  readonly methods: readonly string[]
  /** Extensions by option tag, RFC 3261 §19.2. */
  readonly optionTags: readonly string[]
  /** Media types of bodies, lower case. */
  readonly contentTypes: readonly string[]
  /** Schemes of a Request-URI, lower case. */
  readonly schemes: readonly string[]
  /** Whether a call may go on to another server: then Max-Forwards 0 ends it here (RFC 3261 §16.3, RFC 7332 §4). */
  readonly relays: boolean
}

export const defaultScreenPolicy: ScreenPolicy = {
  methods: ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'INFO', 'UPDATE'],
  optionTags: ['timer'],
  contentTypes: ['application/sdp', 'application/dtmf-relay', 'application/dtmf'],
  schemes: ['sip', 'sips', 'tel'],
  relays: true,
}

/** A refusal's status, constant reason phrase, and the headers that RFC 3261 §21.4 wants beside it. */
export type Screened =
  | { ok: true }
  | { ok: false; status: number; reason: string; headers: readonly (readonly [string, string])[] }

type Refusal = Screened & { ok: false }

const ok: Screened = { ok: true }

function refuse(status: number, reason: string, headers: Refusal['headers'] = []): Refusal {
  return { ok: false, status, reason, headers }
}

function screenUri(request: SipRequest, policy: ScreenPolicy): Refusal | undefined {
  const uri = parseUri(request.uri)
  if (uri === undefined) return refuse(400, 'Malformed Request-URI')
  if (!policy.schemes.includes(uri.scheme)) return refuse(416, 'Unsupported URI Scheme')
  // RFC 3261 §19.1.1: a Request-URI carries no headers.
  return uri.headers === '' ? undefined : refuse(400, 'Headers In Request-URI')
}

function screenHops(request: SipRequest, policy: ScreenPolicy): Refusal | undefined {
  const hops = request.headers.get('Max-Forwards')
  if (hops === undefined) return undefined // RFC 2543 had none
  if (!/^0*\d{1,3}$/.test(hops) || Number(hops) > 255) return refuse(400, 'Malformed Max-Forwards')
  return Number(hops) === 0 && policy.relays ? refuse(483, 'Too Many Hops') : undefined
}

function screenMethod(request: SipRequest, policy: ScreenPolicy): Refusal | undefined {
  if (policy.methods.includes(request.method)) return undefined
  const allow = [['Allow', policy.methods.join(', ')]] as const
  // RFC 3261 §21.4.6, §21.5.2: 405 for a method known and not allowed, 501 for one not recognized.
  return registeredMethods.has(request.method)
    ? refuse(405, 'Method Not Allowed', allow)
    : refuse(501, 'Not Implemented', allow)
}

function screenExtensions(request: SipRequest, policy: ScreenPolicy): Refusal | undefined {
  // RFC 3261 §8.2.2.3: Require is ignored in CANCEL and in the ACK to a non-2xx.
  if (request.method === 'CANCEL' || request.method === 'ACK') return undefined
  const unknown = request.headers
    .getAll('Require')
    .filter((tag) => !policy.optionTags.includes(tag.toLowerCase()))
  return unknown.length === 0
    ? undefined
    : refuse(420, 'Bad Extension', [['Unsupported', unknown.join(', ')]])
}

/** A media type without its parameters, lower case. */
function mediaType(value: string): string {
  return trimBlanks(splitTopLevel(value, ';')[0] ?? '').toLowerCase()
}

function screenBody(request: SipRequest, policy: ScreenPolicy): Refusal | undefined {
  if (request.body.length === 0) return undefined
  const type = mediaType(request.headers.get('Content-Type') ?? '')
  const encodings = request.headers
    .getAll('Content-Encoding')
    .filter((name) => name.toLowerCase() !== 'identity')
  if (encodings.length > 0) return refuse(415, 'Unsupported Media Type', [['Accept-Encoding', 'identity']])
  if (type === '') return refuse(400, 'Body Without Content-Type') // RFC 3261 §20.15
  const optional = /;[ \t]*handling[ \t]*=[ \t]*optional\b/i.test(
    request.headers.get('Content-Disposition') ?? '',
  )
  if (policy.contentTypes.includes(type) || optional) return undefined
  return refuse(415, 'Unsupported Media Type', [['Accept', policy.contentTypes.join(', ')]])
}

function screenAddresses(request: SipRequest): Refusal | undefined {
  const contacts = request.headers.getAll('Contact')
  const isStar = request.method === 'REGISTER' && contacts.length === 1 && contacts[0] === '*'
  const addresses = isStar ? [] : contacts.map((contact) => parseNameAddr(contact)?.uri ?? '')
  if (addresses.some((uri) => parseUri(uri) === undefined)) return refuse(400, 'Malformed Contact')
  const routes = ['Route', 'Record-Route'].flatMap((name) => request.headers.getAll(name))
  if (routes.some((route) => parseNameAddr(route) === undefined)) return refuse(400, 'Malformed Route')
  if (request.method !== 'REGISTER') return undefined
  // RFC 3261 §10.2: an address of record is a SIP or SIPS URI.
  const aor = parseUri(parseNameAddr(request.headers.get('To') ?? '')?.uri ?? '')
  return aor?.scheme === 'sip' || aor?.scheme === 'sips' ? undefined : refuse(400, 'To Is Not A SIP URI')
}

const describesSession = new Set(['*/*', 'application/*', 'application/sdp'])

/** RFC 3261 §20.1: no Accept in an INVITE means `application/sdp`, an empty one means no body is acceptable. */
function screenAccept(request: SipRequest): Refusal | undefined {
  if (request.method !== 'INVITE' || !request.headers.has('Accept')) return undefined
  const accepts = request.headers.getAll('Accept').some((range) => describesSession.has(mediaType(range)))
  return accepts ? undefined : refuse(406, 'Not Acceptable')
}

/**
 * Judges a parsed request by RFC 3261 §8.2, in its order: what a server must refuse before any call logic sees it.
 * A refused ACK is dropped: it is never answered.
 */
export function screenRequest(request: SipRequest, policy: ScreenPolicy = defaultScreenPolicy): Screened {
  return (
    screenUri(request, policy) ??
    screenHops(request, policy) ??
    screenMethod(request, policy) ??
    screenAddresses(request) ??
    screenExtensions(request, policy) ??
    screenBody(request, policy) ??
    screenAccept(request) ??
    ok
  )
}

/**
 * Whether a client may take a response at all. RFC 3261 §8.1.3.3: one with a second Via was meant for someone else, and
 * is discarded.
 */
export function screenResponse(response: SipResponse): boolean {
  return response.headers.getAll('Via').length === 1
}
