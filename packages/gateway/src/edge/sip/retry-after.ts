import type { SipResponse } from '@voxkeep/wire/sip'

/** Retry-After (RFC 3261 §20.33) in ms; undefined when there is none, or none that can be read. */
export function retryAfterMs(response: SipResponse): number | undefined {
  const seconds = /^\s*(\d{1,10})(?:\s*[;(]|\s*$)/.exec(response.headers.get('Retry-After') ?? '')?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}
