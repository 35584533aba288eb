const origin = /^(o=\S+ \S+ )(\d{1,19})(?= )/m

/**
 * `sdp` with a version in its `o=` line that is above that of `latest`, unless it is the same text: what was made before an
 * offer of the peer was answered must not look older than that answer (RFC 3264 §8; interop 21).
 */
export function sdpAfter(sdp: string, latest: Uint8Array): string {
  const text = new TextDecoder().decode(latest)
  const [known, own] = [origin.exec(text)?.[2], origin.exec(sdp)?.[2]]
  if (known === undefined || own === undefined || text === sdp || BigInt(own) > BigInt(known)) return sdp
  return sdp.replace(origin, (_, start: string) => `${start}${BigInt(known) + 1n}`)
}
