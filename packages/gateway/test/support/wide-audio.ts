/** A tone at 16 kHz, 16-bit little-endian. */
export function wideTone(hz: number, seconds: number): Buffer {
  const bytes = Buffer.alloc(2 * 16_000 * seconds)
  for (let i = 0; i < bytes.length / 2; i += 1)
    bytes.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * hz * i) / 16_000)), 2 * i)
  return bytes
}

/** Samples as they were sent at 16 kHz, at 8 kHz: what came from a telephone has nothing above 4 kHz that could fold down. */
export function narrowed(pieces: readonly Buffer[]): Int16Array {
  const bytes = Buffer.concat(pieces)
  return Int16Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readInt16LE(4 * i))
}
