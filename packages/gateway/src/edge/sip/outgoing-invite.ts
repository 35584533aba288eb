import { createRequest, type SipRequest } from '@voxkeep/wire/sip'
import type { OutgoingCall } from '#call'
import type { CallAddresses } from './outgoing-address.ts'
import { capabilitiesOf, userAgentHeader } from './own-headers.ts'
import { sessionTimerRequest } from './session-timer.ts'
import type { Trunk } from './trunk.ts'

type HeaderLine = readonly [name: string, value: string]

export interface InviteParts {
  readonly trunk: Trunk
  readonly addresses: CallAddresses
  readonly callId: string
  readonly localTag: string
  readonly seq: number
  readonly contact: string
  readonly sessionExpiresS: number
  /** Wall-clock time, for a signed call's Date. */
  readonly nowMs: number
  /** What the call asks for beyond. */
  readonly headers: readonly HeaderLine[]
  /** Borrowed. */
  readonly offer: Uint8Array
}

/** The INVITE of a call of ours, without Via and credentials. */
export function outgoingInvite(parts: InviteParts): SipRequest {
  const { addresses, trunk } = parts
  return createRequest({
    method: 'INVITE',
    uri: addresses.requestUri,
    headers: [
      ['Max-Forwards', '70'],
      ['From', `${addresses.from};tag=${parts.localTag}`],
      ['To', addresses.to],
      ['Call-ID', parts.callId],
      ['CSeq', `${parts.seq} INVITE`],
      ['Contact', parts.contact],
      userAgentHeader,
      ...capabilitiesOf(trunk),
      ...required(parts),
      ...sessionTimerRequest(parts.sessionExpiresS),
      ...dated(parts),
      ...parts.headers,
      ['Accept', 'application/sdp'],
      ['Content-Type', 'application/sdp'],
    ],
    body: parts.offer,
  })
}

/** RFC 8224 §4.1: what is signed says when. */
function dated({ headers, nowMs }: InviteParts): HeaderLine[] {
  const names = new Set(headers.map(([name]) => name.toLowerCase()))
  const isSigned = names.has('identity') || names.has('y')
  return isSigned && !names.has('date') ? [['Date', new Date(nowMs).toUTCString()]] : []
}

/** RFC 3891 §3: a peer that does not know Replaces must not take the call for a new one. */
function required(parts: InviteParts): HeaderLine[] {
  const tags: string[] = []
  if (parts.trunk.reliableProvisional === 'required') tags.push('100rel')
  if (parts.headers.some(([name]) => name.toLowerCase() === 'replaces')) tags.push('replaces')
  return tags.length === 0 ? [] : [['Require', tags.join(', ')]]
}

/** What only this edge may say, since it decides where a request goes, what belongs to it and who vouches for it. */
const ours = new Set(
  [
    'Via v Max-Forwards From f To t Call-ID i CSeq Contact m Route Record-Route User-Agent Server Allow Supported k',
    'Require Proxy-Require Session-Expires x Min-SE Accept Accept-Encoding Content-Type c Content-Length l',
    'Content-Encoding e Content-Disposition Authorization Proxy-Authorization Path Service-Route RAck RSeq',
  ].flatMap((line) => line.toLowerCase().split(' ')),
)

const maxHeaders = 32
const maxValueLength = 4_096 // an Identity header with a long certificate URL is under 2 KiB
const token = /^[\w\-.!%*+`'~]+$/

/** Whether a call's own headers can stand in an INVITE as they are: no line break, none of ours, not without end. */
export function areSound(headers: OutgoingCall['headers']): boolean {
  return (
    headers.length <= maxHeaders &&
    headers.every(
      ([name, value]) =>
        token.test(name) &&
        !ours.has(name.toLowerCase()) &&
        value.length <= maxValueLength &&
        !/[\0\r\n]/.test(value),
    )
  )
}
