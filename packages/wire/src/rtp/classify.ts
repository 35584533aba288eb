export type DatagramKind = 'rtp' | 'rtcp' | 'stun' | 'dtls' | 'other'

/**
 * Tells the protocols that share one media port apart by their first two bytes: RFC 7983 §7, and
 * RFC 5761 §4 for RTCP. It is a sorting step only: nothing about the content is checked.
 */
export function classify(datagram: Uint8Array): DatagramKind {
  const first = datagram[0]
  const second = datagram[1]
  if (first === undefined || second === undefined) return 'other'
  if (first >= 128 && first <= 191) return second >= 192 && second <= 223 ? 'rtcp' : 'rtp'
  if (first <= 3) return 'stun'
  return first >= 20 && first <= 63 ? 'dtls' : 'other'
}
