import { decodeEscapes, parseNameAddr, parseUri, type SipRequest } from '@voxkeep/wire/sip'
import type { IncomingCall } from '#call'
import type { IncomingLeg } from './incoming-leg.ts'
import { hasSdp } from './sdp-body.ts'
import { requiredProofs } from './trunk.ts'

/** A leg as `call` takes it over. */
export function incomingCall(leg: IncomingLeg): IncomingCall {
  const { invite: request, inner } = leg
  const { trunk, connection } = inner
  return {
    leg: inner.id,
    trunk: trunk.id,
    tenant: trunk.tenant,
    app: trunk.app,
    from: userPart(parseNameAddr(request.headers.get('From') ?? '')?.uri ?? ''),
    to: userPart(request.uri),
    sipCallId: inner.dialog.callId,
    offer: hasSdp(request) ? new Uint8Array(request.body) : undefined,
    localAddress: connection.localAddress,
    security: {
      transport: 'tls',
      ...connection.tls,
      sourceAddress: connection.peer.address,
      authenticatedBy: requiredProofs(trunk),
    },
    srtp: trunk.srtp,
    codecs: trunk.codecs,
    inbandDigits: trunk.inbandDigits,
    identity: request.headers.getAll('Identity').slice(0, maxIdentities),
    date: request.headers.get('Date')?.slice(0, maxDateLength),
    jurisdiction: jurisdictionOf(request, trunk.jurisdictionHeader),
    replaces: leg.replaces?.id,
    signalling: leg,
  }
}

/** What the trunk says of where the caller is; long enough for a state, and no longer. */
function jurisdictionOf(request: SipRequest, header: string | undefined): string | undefined {
  return header === undefined ? undefined : request.headers.get(header)?.trim().slice(0, maxJurisdiction)
}
const maxJurisdiction = 8

const maxIdentities = 8 // each no longer than a header line, which the parser bounds
const maxDateLength = 64

const maxUserLength = 128

/**
 * The user part of a URI, or the number of a `tel:` one, escapes undone and without parameters or control characters; ''
 * when there is none. Never throws.
 */
export function userPart(text: string): string {
  const uri = parseUri(text)
  const [user = ''] = (uri?.user ?? uri?.opaque ?? '').split(';')
  return decodeEscapes(user).replace(/\p{C}/gu, '').slice(0, maxUserLength)
}
