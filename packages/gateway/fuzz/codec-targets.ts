import { readOpus } from '@voxkeep/wire/opus'
import { loadOpus } from '#src/media/opus-codec.ts'
import { payloadDecoder, type CodecFormat, type PayloadDecoder } from '#src/media/payload-codec.ts'
import { promise, type Target } from './target.ts'

/** A packet is no longer than 120 ms: at 8 kHz that many samples. */
const maxSamples = 120 * 8
const formats: readonly CodecFormat[] = [
  { codec: 'G722', clockRateHz: 8_000 },
  { codec: 'L16', clockRateHz: 16_000 },
  { codec: 'OPUS', clockRateHz: 48_000 },
]
const decoders = new Map<string, PayloadDecoder>()

function decoderOf(format: CodecFormat): PayloadDecoder {
  const known = decoders.get(format.codec) ?? payloadDecoder(format)
  if (known === undefined) throw new Error(`${format.codec} has no decoder`)
  decoders.set(format.codec, known)
  return known
}

/** Payloads of every codec that needs decoding: any bytes give audio of a bounded length, or none. */
export const codecs: Target = {
  name: 'codecs',
  seeds: () => [
    new Uint8Array(160).fill(0xfa),
    new Uint8Array(640),
    new Uint8Array([0x48, 0x0b, 0xe4, 0xc1, 0x36, 0xec, 0xc5, 0x80]),
    new Uint8Array([0x0b, 0x83, 3, 1, 2, 3, 4, 5, 6]),
    new Uint8Array([0xf8, 0xff, 0xfe]),
  ],
  words: ['\xf8', '\x0b\x83', '\xff\xff', '\x00'],
  maxBytes: 1_500,
  prepare: loadOpus,
  take(input) {
    readOpus(input)
    for (const format of formats) {
      const decoder = decoderOf(format)
      promise(decoder.unitsOf(input) >= 0, 'a payload has a length')
      const { ulaw, wide } = decoder.decode(input) ?? {}
      if (ulaw !== undefined) promise(ulaw.length <= Math.max(maxSamples, input.length), 'audio is bounded')
      if (wide !== undefined) promise(wide.length === 2 * (ulaw?.length ?? 0), 'a companion is as long')
      decoder.conceal?.(160, input)
    }
  },
}
