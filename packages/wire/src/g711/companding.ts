/** The µ-law byte for silence (positive zero). */
export const ULAW_SILENCE = 0xff
/** The A-law byte for the smallest positive level; A-law has no zero. */
export const ALAW_SILENCE = 0xd5

/** µ-law of one 14-bit sample: ITU-T G.711 Table 2, computed as ITU-T G.191 does. */
function ulawOf(sample14: number): number {
  const magnitude = Math.min((sample14 < 0 ? ~sample14 : sample14) + 33, 0x1fff)
  const segment = 32 - Math.clz32(magnitude >> 6) + 1
  const code = ((8 - segment) << 4) | (0xf - ((magnitude >> segment) & 0xf))
  return sample14 < 0 ? code : code | 0x80
}

function linearOfUlaw(code: number): number {
  const exponent = (~code >> 4) & 7
  const step = 8 << exponent
  const magnitude = (0x80 << exponent) + step * (~code & 0xf) + step / 2 - 4 * 33
  return code < 0x80 ? -magnitude : magnitude
}

/** A-law of one 12-bit magnitude-and-sign step: ITU-T G.711 Table 1, computed as ITU-T G.191 does. */
function alawOf(sample12: number): number {
  const magnitude = sample12 < 0 ? ~sample12 : sample12
  const exponent = magnitude < 32 ? magnitude >> 4 : 32 - Math.clz32(magnitude >> 4)
  const mantissa = (exponent > 1 ? magnitude >> (exponent - 1) : magnitude) & 0xf
  return ((exponent << 4) | mantissa | (sample12 < 0 ? 0 : 0x80)) ^ 0x55
}

function linearOfAlaw(code: number): number {
  const exponent = ((code ^ 0x55) >> 4) & 7
  const mantissa = (((code ^ 0x55) & 0xf) + (exponent > 0 ? 16 : 0)) * 16 + 8
  const magnitude = exponent > 1 ? mantissa << (exponent - 1) : mantissa
  return code < 0x80 ? -magnitude : magnitude
}

const signed = (index: number, bits: number): number => (index << (32 - bits)) >> (32 - bits)

// Only the upper 14 (µ) and 12 (A) bits of a sample matter, so the tables stay small enough for the L1 cache.
const ulawTable = Uint8Array.from({ length: 1 << 14 }, (_, i) => ulawOf(signed(i, 14)))
const alawTable = Uint8Array.from({ length: 1 << 12 }, (_, i) => alawOf(signed(i, 12)))
const ulawLinear = Int16Array.from({ length: 256 }, (_, code) => linearOfUlaw(code))
const alawLinear = Int16Array.from({ length: 256 }, (_, code) => linearOfAlaw(code))

/** Encodes `samples` (16-bit linear) into `out`, one byte each; returns the part of `out` that was written. */
export function encodeUlaw(samples: Int16Array, out: Uint8Array): Uint8Array {
  for (let i = 0; i < samples.length; i += 1) out[i] = ulawTable[((samples[i] ?? 0) >> 2) & 0x3fff] ?? 0
  return written(out, samples.length)
}

/** Encodes `samples` (16-bit linear) into `out`, one byte each; returns the part of `out` that was written. */
export function encodeAlaw(samples: Int16Array, out: Uint8Array): Uint8Array {
  for (let i = 0; i < samples.length; i += 1) out[i] = alawTable[((samples[i] ?? 0) >> 4) & 0xfff] ?? 0
  return written(out, samples.length)
}

/** Decodes µ-law `codes` into `out`; returns the part of `out` that was written. */
export function decodeUlaw(codes: Uint8Array, out: Int16Array): Int16Array {
  for (let i = 0; i < codes.length; i += 1) out[i] = ulawLinear[codes[i] ?? 0] ?? 0
  return codes.length === out.length ? out : out.subarray(0, codes.length)
}

/** Decodes A-law `codes` into `out`; returns the part of `out` that was written. */
export function decodeAlaw(codes: Uint8Array, out: Int16Array): Int16Array {
  for (let i = 0; i < codes.length; i += 1) out[i] = alawLinear[codes[i] ?? 0] ?? 0
  return codes.length === out.length ? out : out.subarray(0, codes.length)
}

function written(out: Uint8Array, length: number): Uint8Array {
  return length === out.length ? out : out.subarray(0, length)
}
