import {
  createResponse,
  defaultScreenPolicy,
  type ScreenPolicy,
  type SipRequest,
  type SipResponse,
} from '@voxkeep/wire/sip'

type HeaderLines = readonly (readonly [string, string])[]

/** Says what we are and not which version: that would be an attacker's first question. */
const product = 'Voxkeep'

export const screenPolicy: ScreenPolicy = { ...defaultScreenPolicy, relays: false }

/** RFC 3261 §13.3.1.4, §11.2: what a 2xx and an answer to OPTIONS say of us. */
export const capabilityHeaders: HeaderLines = [
  ['Allow', screenPolicy.methods.join(', ')],
  ['Supported', screenPolicy.optionTags.join(', ')],
]

export const userAgentHeader = ['User-Agent', product] as const

/** A response of ours. Nothing in it tells more about the inside than the status does. */
export function respondTo(
  request: SipRequest,
  status: number,
  o: { toTag?: string; reason?: string | undefined; headers?: HeaderLines; body?: Uint8Array } = {},
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
