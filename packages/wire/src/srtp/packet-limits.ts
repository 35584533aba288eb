const maxRtpPackets = 2 ** 48
const maxRtcpPackets = 2 ** 31

/** How many packets a master key may protect: RFC 3711 §9.2, lowered by its announced lifetime. */
export function packetLimits(master: { readonly lifetime?: bigint }): { rtp: number; rtcp: number } {
  const { lifetime } = master
  const announced = lifetime === undefined ? maxRtpPackets : Number(lifetime)
  return { rtp: Math.min(announced, maxRtpPackets), rtcp: Math.min(announced, maxRtcpPackets) }
}
