import {
  createResponse,
  defaultScreenPolicy,
  type ScreenPolicy,
  type SipRequest,
  type SipResponse,
} from '@voxkeep/wire/sip'
import { sdpHeader } from './sdp-body.ts'
import { sessionTimerHeaders, type SessionTimerOffer } from './session-timer.ts'
import type { Trunk } from './trunk.ts'

type HeaderLines = readonly (readonly [string, string])[]

/** Says what we are and not which version: that would be an attacker's first question. */
const product = 'Voxkeep'

type Abilities = Pick<Trunk, 'reliableProvisional' | 'refer'>

/** What we take from a trunk: what its configuration does not allow is not even offered. */
export function screenPolicyOf({ reliableProvisional, refer }: Abilities): ScreenPolicy {
  const isReliable = reliableProvisional !== 'off'
  return {
    ...defaultScreenPolicy,
    methods: [
      ...defaultScreenPolicy.methods,
      'NOTIFY',
      ...(isReliable ? ['PRACK'] : []),
      ...(refer.accept ? ['REFER', 'SUBSCRIBE'] : []),
    ],
    optionTags: [
      ...defaultScreenPolicy.optionTags,
      ...(isReliable ? ['100rel'] : []),
      ...(refer.accept ? ['replaces', 'norefersub'] : []),
    ],
    contentTypes: [...defaultScreenPolicy.contentTypes, 'message/sipfrag'],
    relays: false,
  }
}

/** RFC 3261 §13.3.1.4, §11.2: what an INVITE, a 2xx and an answer to OPTIONS say of us. */
export function capabilitiesOf(trunk: Abilities): HeaderLines {
  const { methods, optionTags } = screenPolicyOf(trunk)
  return [
    ['Allow', methods.join(', ')],
    ['Supported', optionTags.join(', ')],
  ]
}

/** The headers of our 2xx to an INVITE, an UPDATE or OPTIONS. */
export function successHeaders(
  leg: { readonly contact: string; readonly trunk: Abilities },
  timer: SessionTimerOffer,
  body: Uint8Array,
): HeaderLines {
  const content = body.length > 0 ? [sdpHeader] : []
  return [['Contact', leg.contact], ...capabilitiesOf(leg.trunk), ...sessionTimerHeaders(timer), ...content]
}

export const userAgentHeader = ['User-Agent', product] as const

export interface ResponseParts {
  readonly reason?: string | undefined
  readonly headers?: HeaderLines
  readonly body?: Uint8Array
}

/** A response of ours. Nothing in it tells more about the inside than the status does. */
export function respondTo(
  request: SipRequest,
  status: number,
  o: ResponseParts & { readonly toTag?: string } = {},
): SipResponse {
  const headers: HeaderLines = [['Server', product], ...(o.headers ?? [])]
  return createResponse(request, status, o.reason, {
    headers,
    ...(o.toTag !== undefined && { toTag: o.toTag }),
    ...(o.body !== undefined && { body: o.body }),
  })
}

/** How long a peer that met a limit should stay away; seconds. */
export const retryAfterS = 5

export function busy(request: SipRequest, toTag: string): SipResponse {
  return respondTo(request, 503, { toTag, headers: [['Retry-After', String(retryAfterS)]] })
}
