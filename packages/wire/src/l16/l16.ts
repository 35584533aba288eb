/** Encodes 16-bit samples in network order (RFC 3551 §4.5.11); returns the part of `out` that was written. */
export function encodeL16(samples: Int16Array, out: Uint8Array): Uint8Array {
  for (let i = 0; i < samples.length; i += 1) {
    const sample = samples[i] ?? 0
    out[2 * i] = sample >> 8
    out[2 * i + 1] = sample
  }
  return samples.length * 2 === out.length ? out : out.subarray(0, samples.length * 2)
}

/** Decodes whole samples; an odd last byte is left out. Returns the part of `out` that was written. */
export function decodeL16(bytes: Uint8Array, out: Int16Array): Int16Array {
  const samples = bytes.length >> 1
  for (let i = 0; i < samples; i += 1) out[i] = ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)
  return samples === out.length ? out : out.subarray(0, samples)
}
