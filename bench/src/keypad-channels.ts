import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '@voxkeep/wire/g711'
import { g722Decoder, g722Encoder } from '@voxkeep/wire/g722'
import { doubler, halver } from '@voxkeep/wire/resample'
import { Application, createDecoder, createEncoder, loadLibopus } from 'libopus-wasm'

/** A codec at both of its ends: one frame of 20 ms goes in, and comes out as whoever hears it does; `lost` is what its packet was. */
export interface Channel {
  readonly codec: string
  pass(frame: Int16Array, lost: boolean): Int16Array | undefined
}

const frameSamples = 160

/** The codecs of the gateway, µ-law last as everywhere inside it. */
export async function channels(): Promise<readonly (() => Promise<Channel>)[]> {
  await loadLibopus()
  return [ulaw, alaw, g722, () => opus('Opus 32 kbit/s', 32_000), () => opus('Opus 16 kbit/s', 16_000)]
}

async function ulaw(): Promise<Channel> {
  const code = new Uint8Array(frameSamples)
  return {
    codec: 'G.711 µ-law',
    pass: (frame, lost) =>
      lost ? undefined : decodeUlaw(encodeUlaw(frame, code), new Int16Array(frame.length)),
  }
}

async function alaw(): Promise<Channel> {
  const code = new Uint8Array(frameSamples)
  return {
    codec: 'G.711 A-law',
    pass: (frame, lost) =>
      lost ? undefined : decodeAlaw(encodeAlaw(frame, code), new Int16Array(frame.length)),
  }
}

async function g722(): Promise<Channel> {
  const [encoder, decoder, widen, narrow] = [g722Encoder(), g722Decoder(), doubler(), halver()]
  const [wide, payload] = [new Int16Array(2 * frameSamples), new Uint8Array(frameSamples)]
  return {
    codec: 'G.722',
    pass(frame, lost) {
      const packet = encoder.encode(widen.process(frame, wide), payload)
      if (lost) return undefined
      return narrow.process(decoder.decode(packet, wide), new Int16Array(frame.length)).slice()
    },
  }
}

async function opus(codec: string, bitrate: number): Promise<Channel> {
  const rate = { sampleRate: 8_000, channels: 1 } as const
  const application = bitrate < 24_000 ? Application.Voip : Application.RestrictedLowDelay
  const encoder = await createEncoder({ ...rate, bitrate, application, complexity: 2, vbr: true })
  const decoder = await createDecoder(rate)
  return {
    codec,
    pass(frame, lost) {
      const packet = encoder.encode(frame, { frameSize: frame.length, maxPacketBytes: 1_000 })
      return lost ? decoder.decodePacketLoss(frame.length).slice() : decoder.decode(packet).slice()
    },
  }
}
