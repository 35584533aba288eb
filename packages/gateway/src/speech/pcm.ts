import { decodeUlaw } from '@voxkeep/wire/g711'
import { doubler } from '@voxkeep/wire/resample'

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/**
 * Turns µ-law into 16-bit little-endian samples, at 8 kHz as it is or at 16 kHz. The result is borrowed until the next call:
 * it aliases memory that is used again.
 */
export function ulawToPcm(sampleRate: 8_000 | 16_000): (ulaw: Uint8Array) => Uint8Array {
  let pcm = new Int16Array(800)
  let out = new Int16Array(1_600)
  const double = sampleRate === 16_000 ? doubler() : undefined
  return (ulaw) => {
    if (pcm.length < ulaw.length) {
      pcm = new Int16Array(ulaw.length)
      out = new Int16Array(2 * ulaw.length)
    }
    const samples = decodeUlaw(ulaw, pcm.subarray(0, ulaw.length))
    const result = double?.process(samples, out.subarray(0, 2 * samples.length)) ?? samples
    const bytes = new Uint8Array(result.buffer, result.byteOffset, result.byteLength)
    if (!isLittleEndian) Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap16()
    return bytes
  }
}
