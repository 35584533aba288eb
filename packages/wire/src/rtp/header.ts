/** Bytes of an RTP header without CSRCs or extension: RFC 3550 §5.1. */
export const fixedHeaderBytes = 12

export interface RtpHeaderFields {
  readonly payloadType: number
  readonly marker: boolean
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
}

/**
 * Writes a 12-byte header (no padding, extension or CSRC) at the start of `out`.
 * Every field is reduced to its width, so a counter may run past 16 or 32 bits.
 *
 * @param out - At least 12 bytes long.
 */
export function writeRtpHeader(out: Uint8Array, fields: RtpHeaderFields): 12 {
  const { sequence, timestamp, ssrc } = fields
  out[0] = 0x80
  out[1] = (fields.marker ? 0x80 : 0) | (fields.payloadType & 0x7f)
  out[2] = sequence >>> 8
  out[3] = sequence
  out[4] = timestamp >>> 24
  out[5] = timestamp >>> 16
  out[6] = timestamp >>> 8
  out[7] = timestamp
  out[8] = ssrc >>> 24
  out[9] = ssrc >>> 16
  out[10] = ssrc >>> 8
  out[11] = ssrc
  return fixedHeaderBytes
}

/**
 * Length in bytes of the header with its CSRCs and extension; `undefined` unless the datagram is
 * version 2 and long enough to hold the header it declares.
 */
export function rtpHeaderLength(datagram: Uint8Array): number | undefined {
  const first = datagram[0] ?? 0
  if (datagram.length < fixedHeaderBytes || first >>> 6 !== 2) return undefined
  let length = fixedHeaderBytes + 4 * (first & 0x0f)
  if ((first & 0x10) !== 0) {
    if (datagram.length < length + 4) return undefined
    length += 4 + 4 * (((datagram[length + 2] ?? 0) << 8) | (datagram[length + 3] ?? 0))
  }
  return datagram.length < length ? undefined : length
}
