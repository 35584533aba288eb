import type { SipMessage } from '@voxkeep/wire/sip'
import type { HangupReason, SignallingEnd } from '#call'

/** One value of a Reason header (RFC 3326). */
export interface Reason {
  /** `SIP`, `Q.850`, or another; at most 32 characters. */
  readonly protocol: string
  readonly cause: number | undefined
  readonly text: string | undefined
}

const maxText = 128

/** Never throws; `undefined` for what is no reason. */
export function parseReason(value: string): Reason | undefined {
  const protocol = /^[ \t]*([A-Za-z0-9.!%*_+`'~-]{1,32})[ \t]*(?=;|$)/.exec(value)?.[1]
  if (protocol === undefined) return undefined
  const cause = /;[ \t]*cause[ \t]*=[ \t]*"?(\d{1,5})/i.exec(value)?.[1]
  const text = /;[ \t]*text[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;, \t"]+))/i.exec(value)
  const words = (text?.[1]?.replace(/\\(.)/g, '$1') ?? text?.[2])?.replace(/\p{C}/gu, '').slice(0, maxText)
  return { protocol, cause: cause === undefined ? undefined : Number(cause), text: words }
}

export function serializeReason(reason: Reason): string {
  const cause = reason.cause === undefined ? '' : `;cause=${reason.cause}`
  const words = reason.text?.replace(/\p{C}/gu, '').slice(0, maxText).replace(/["\\]/g, '\\$&')
  return `${reason.protocol}${cause}${words === undefined ? '' : `;text="${words}"`}`
}

const normalClearing = 16

const maxReasons = 4

/** The reasons that a message gives, at most four. */
export function reasonsOf(message: SipMessage): Reason[] {
  const values = message.headers.getAll('Reason').slice(0, maxReasons)
  return values.map(parseReason).filter((reason) => reason !== undefined)
}

/** Why we end a call, where nobody says it better; ITU-T Q.850 §2.2.7. */
export function reasonOf(why: SignallingEnd): HangupReason {
  switch (why) {
    case 'connection-lost':
    case 'no-ack':
      return { cause: 102, text: 'Recovery on timer expiry' }
    case 'shutdown':
      return { cause: 41, text: 'Temporary failure' }
    case 'caller-hung-up':
    case 'caller-cancelled':
    case 'gateway-hung-up':
    case 'rejected':
    case 'replaced':
      return { cause: normalClearing, text: 'Normal call clearing' }
  }
}

/**
 * The header of our own BYE or CANCEL; none without a reason, nor for normal clearing: that is what a BYE means by itself,
 * and linphone tells its user of an error whenever there is a cause of Q.850.
 */
export function reasonHeaders(reason: HangupReason | undefined): (readonly [string, string])[] {
  if (reason === undefined || reason.cause === normalClearing) return []
  return [['Reason', serializeReason({ protocol: 'Q.850', ...reason })]]
}
