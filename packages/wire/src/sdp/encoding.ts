import type { AudioCodec } from './audio.ts'

/** One way of putting a codec's audio into RTP. */
export interface Encoding {
  readonly codec: AudioCodec
  /** As `a=rtpmap` has it. */
  readonly rtpmap: string
  /** The spelling in upper case that is looked for; RFC 7587 demands the `/2` of Opus, and some leave it out. */
  readonly names: readonly string[]
  readonly clockRateHz: number
  /** The type we bind where nothing else has it: the static one of RFC 3551 §6, or what others mostly take. */
  readonly usualPayloadType: number
  /** Lengths of packets we can make, upwards. */
  readonly ptimesMs: readonly number[]
  /** What we say of what we want to get. */
  readonly fmtp?: string
}

const tens = [10, 20, 30, 40, 50, 60] // beyond 60 ms one lost packet is heard, and old phones refuse it

// 16 kHz is what can be gained by a bridge to another phone: the app hears 8 kHz. Stereo would be mixed down anyway.
const opusFmtp = 'minptime=10;useinbandfec=1;maxplaybackrate=16000;stereo=0'

/** In the order in which one codec's encodings are preferred. */
const encodings: readonly Encoding[] = [
  {
    codec: 'PCMU',
    rtpmap: 'PCMU/8000',
    names: ['PCMU/8000'],
    clockRateHz: 8_000,
    usualPayloadType: 0,
    ptimesMs: tens,
  },
  {
    codec: 'PCMA',
    rtpmap: 'PCMA/8000',
    names: ['PCMA/8000'],
    clockRateHz: 8_000,
    usualPayloadType: 8,
    ptimesMs: tens,
  },
  {
    codec: 'G722',
    rtpmap: 'G722/8000', // RFC 3551 §4.5.2: the clock is wrong for ever, for compatibility
    names: ['G722/8000'],
    clockRateHz: 8_000,
    usualPayloadType: 9,
    ptimesMs: tens,
  },
  {
    codec: 'L16',
    rtpmap: 'L16/16000',
    names: ['L16/16000'],
    clockRateHz: 16_000,
    usualPayloadType: 97,
    ptimesMs: [10, 20, 30, 40], // 1,280 octets: longer ones would be cut in two on the way
  },
  {
    codec: 'L16',
    rtpmap: 'L16/8000',
    names: ['L16/8000'],
    clockRateHz: 8_000,
    usualPayloadType: 98,
    ptimesMs: tens,
  },
  {
    codec: 'OPUS',
    rtpmap: 'opus/48000/2',
    names: ['OPUS/48000/2', 'OPUS/48000'],
    clockRateHz: 48_000,
    usualPayloadType: 111,
    ptimesMs: [10, 20, 40, 60], // RFC 6716 §2.1.4: its frames have no other lengths
    fmtp: opusFmtp,
  },
]

/** Those of the codecs, in their order, each once. */
export function encodingsOf(codecs: readonly AudioCodec[]): Encoding[] {
  return [...new Set(codecs)].flatMap((codec) => encodings.filter((each) => each.codec === codec))
}
