import { decodeEscapes, parseNameAddr, parseUri } from '@voxkeep/wire/sip'
import type { IncomingCall } from '#call'
import type { Leg } from './leg.ts'
import { hasSdp } from './sdp-body.ts'
import { requiredProofs } from './trunk.ts'

/** A leg as `call` takes it over. */
export function incomingCall(leg: Leg): IncomingCall {
  const { trunk, invite: request, connection } = leg
  return {
    leg: leg.id,
    trunk: trunk.id,
    tenant: trunk.tenant,
    app: trunk.app,
    from: userPart(parseNameAddr(request.headers.get('From') ?? '')?.uri ?? ''),
    to: userPart(request.uri),
    sipCallId: leg.dialog.callId,
    offer: hasSdp(request) ? request.body.slice() : undefined,
    localAddress: connection.localAddress,
    security: {
      transport: 'tls',
      ...connection.tls,
      sourceAddress: connection.peer.address,
      authenticatedBy: requiredProofs(trunk),
    },
    srtp: trunk.srtp,
    signalling: leg,
  }
}

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
