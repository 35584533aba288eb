/** What can be told of an Opus packet without decoding it. */
export interface OpusPacket {
  /** Length of the audio in it, at the 48 kHz of the RTP clock; at most 120 ms. */
  readonly samples48k: number
  /** Frames without content: the sender is silent (DTX). */
  readonly silent: boolean
}

const maxSamples48k = 5_760 // RFC 6716 §3.2: 120 ms
const maxDtxBytes = 2 // RFC 6716 §3.2.1: such frames mean DTX or a lost one

/** Samples at 48 kHz of one frame, by the configuration in the five upper bits of the TOC byte: RFC 6716 §3.1 Table 2. */
function frameSamples(configuration: number): number {
  if (configuration < 12) return 480 * ([1, 2, 4, 6][configuration & 3] ?? 1) // SILK
  if (configuration < 16) return 480 * ((configuration & 1) + 1) // hybrid
  return 120 << (configuration & 3) // CELT
}

function frameCount(packet: Uint8Array): number {
  switch ((packet[0] ?? 0) & 3) {
    case 0:
      return 1
    case 3:
      return (packet[1] ?? 0) & 0x3f
    default:
      return 2
  }
}

/** Reads a packet's table of contents; `undefined` for what cannot be Opus. */
export function readOpus(packet: Uint8Array): OpusPacket | undefined {
  const [toc] = packet
  if (toc === undefined) return undefined
  const samples48k = frameSamples(toc >> 3) * frameCount(packet)
  if (samples48k === 0 || samples48k > maxSamples48k) return undefined
  return { samples48k, silent: packet.length <= maxDtxBytes }
}
