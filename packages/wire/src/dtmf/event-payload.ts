/** The keys of RFC 4733 §3.2, at the place of their event code. */
const digits = '0123456789*#ABCD'

export type DtmfDigit = string

/** One telephone-event payload: RFC 4733 §2.3. */
export interface EventPayload {
  readonly digit: DtmfDigit
  readonly end: boolean
  /** Level in −dBm0, 0 to 63. */
  readonly volume: number
  /** Timestamp units since the packet's timestamp, at most 0xffff. */
  readonly duration: number
}

const payloadBytes = 4

/** `undefined` for a short payload and for events that are no keys of a telephone. */
export function parseEvent(payload: Uint8Array): EventPayload | undefined {
  const [code, flags, high, low] = payload
  if (code === undefined || flags === undefined || high === undefined || low === undefined) return undefined
  const digit = digits[code]
  if (digit === undefined) return undefined
  return { digit, end: (flags & 0x80) !== 0, volume: flags & 0x3f, duration: (high << 8) | low }
}

/** `undefined` when `digit` is no key; the payload is the caller's own. */
export function serializeEvent(event: EventPayload): Uint8Array | undefined {
  const code = digits.indexOf(event.digit)
  if (code < 0 || event.digit.length !== 1) return undefined
  const out = new Uint8Array(payloadBytes)
  out[0] = code
  out[1] = (event.end ? 0x80 : 0) | (event.volume & 0x3f)
  out[2] = event.duration >>> 8
  out[3] = event.duration
  return out
}
