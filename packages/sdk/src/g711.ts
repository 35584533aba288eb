/** µ-law and A-law (ITU-T G.711), by table: a byte is one sample. */
export interface SampleCodec {
  decode(bytes: Uint8Array): Int16Array<ArrayBuffer>
  encode(samples: Int16Array): Uint8Array<ArrayBuffer>
}

export const ulaw = tableCodec(ulawSample, 0xff)
export const alaw = tableCodec(alawSample, 0xd5)

function tableCodec(sampleOf: (byte: number) => number, silence: number): SampleCodec {
  const samples = Int16Array.from({ length: 256 }, (_, byte) => sampleOf(byte))
  const bytes = nearestBytes(samples, silence)
  return {
    decode: (encoded) => Int16Array.from(encoded, (byte) => samples[byte] ?? 0),
    encode: (linear) => Uint8Array.from(linear, (sample) => bytes[sample + 32_768] ?? silence),
  }
}

/** For every 16-bit sample the byte whose sample is nearest to it. */
function nearestBytes(samples: Int16Array, silence: number): Uint8Array {
  const order = Array.from(samples, (sample, byte) => ({ sample, byte })).toSorted(
    (a, b) => a.sample - b.sample || Number(a.byte === silence) - Number(b.byte === silence),
  )
  const bytes = new Uint8Array(65_536)
  let at = 0
  for (let sample = -32_768; sample < 32_768; sample++) {
    while (at + 1 < order.length && distance(order, at + 1, sample) <= distance(order, at, sample)) at += 1
    bytes[sample + 32_768] = order[at]?.byte ?? silence
  }
  return bytes
}

function distance(order: readonly { readonly sample: number }[], at: number, sample: number): number {
  return Math.abs((order[at]?.sample ?? 0) - sample)
}

function ulawSample(byte: number): number {
  const inverted = ~byte & 0xff
  const magnitude = (((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4)
  return inverted & 0x80 ? 0x84 - magnitude : magnitude - 0x84
}

function alawSample(byte: number): number {
  const inverted = byte ^ 0x55
  const exponent = (inverted & 0x70) >> 4
  const mantissa = ((inverted & 0x0f) << 4) + 8
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1)
  return inverted & 0x80 ? magnitude : -magnitude
}
