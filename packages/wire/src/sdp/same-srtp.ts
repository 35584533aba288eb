import type { NegotiatedAudio } from './audio.ts'
import type { SdesKey } from './inline-key.ts'

function sameKey(a: SdesKey, b: SdesKey): boolean {
  return (
    a.keyAndSalt.toHex() === b.keyAndSalt.toHex() &&
    a.mki?.toHex() === b.mki?.toHex() &&
    a.lifetime === b.lifetime
  )
}

function sameKeys(a: readonly SdesKey[], b: readonly SdesKey[]): boolean {
  return a.length === b.length && a.every((key, at) => sameKey(key, b[at] ?? key))
}

/** Whether the peer seals under the same keys in both. */
export function samePeerKeys(a: NegotiatedAudio, b: NegotiatedAudio): boolean {
  if (a.srtp === undefined || b.srtp === undefined) return a.srtp === b.srtp
  return a.srtp.suite === b.srtp.suite && sameKeys(a.srtp.receive, b.srtp.receive)
}

/**
 * Whether both need the same SRTP contexts. Where they do the contexts must be kept: new ones would lose rollover
 * counters and replay windows (interop 5).
 */
export function sameSrtp(a: NegotiatedAudio, b: NegotiatedAudio): boolean {
  if (a.srtp === undefined || b.srtp === undefined) return a.srtp === b.srtp
  return samePeerKeys(a, b) && sameKey(a.srtp.send, b.srtp.send)
}
