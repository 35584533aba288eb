import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { wideRateHz } from './codec-limits.ts'
import { g722PayloadDecoder, g722PayloadEncoder } from './g722-codec.ts'
import { l16PayloadDecoder, l16PayloadEncoder } from './l16-codec.ts'
import { opusPayloadDecoder, opusPayloadEncoder } from './opus-codec.ts'

/** What a codec must know of an agreement. */
export type CodecFormat = Pick<NegotiatedAudio, 'codec' | 'clockRateHz' | 'opus'>

/** A stretch of audio as a leg has it. */
export interface DecodedAudio {
  /** At 8 kHz, which is what a leg works in. */
  readonly ulaw: Uint8Array
  /** Its companion: the same time at 16 kHz, twice as many samples; absent where the codec has no more than `ulaw`. */
  readonly wide?: Int16Array
}

/** Makes µ-law at 8 kHz of one peer's payloads. Holds the state of one RTP stream. */
export interface PayloadDecoder {
  /** Length of a payload in units of the RTP clock; 0 for what cannot be one. */
  unitsOf(payload: Uint8Array): number
  /** The audio of the next payload, borrowed until the next call; `undefined` for what cannot be one. Never throws. */
  decode(payload: Uint8Array): DecodedAudio | undefined
  /**
   * What stands in for `samples` of µ-law lost before `next`, by what `next` knows of them; not more than
   * `maxPayloadSamples`, and borrowed like audio. Codecs without it leave silence. Never throws.
   */
  conceal?(samples: number, next: Uint8Array): DecodedAudio | undefined
  /** What follows is another stream. */
  restart(): void
  /** Gives memory back; then nothing more is called. */
  close(): void
}

/** Makes one peer's payloads of µ-law at 8 kHz. */
export interface PayloadEncoder {
  /**
   * Encodes one packet's audio into `out`; returns how many bytes that came to, 0 when it cannot be. A wideband codec takes `wide`, the same
   * time at 16 kHz, in place of `ulaw` where it is given. Never throws.
   */
  encode(ulaw: Uint8Array, out: Uint8Array, wide?: Int16Array): number
  /** Somebody who has companions is about to speak: for codecs that must get ready for it. */
  expectWide?(): void
  close(): void
}

/** Whether a codec brings more than 8 kHz, and whether its peer plays more. */
export function bandOf(format: CodecFormat | undefined): { hearsWide: boolean; saysWide: boolean } {
  const hearsWide =
    format?.codec === 'G722' ||
    format?.codec === 'OPUS' ||
    (format?.codec === 'L16' && format.clockRateHz === wideRateHz)
  return { hearsWide, saysWide: hearsWide && (format?.opus?.maxPlaybackRateHz ?? Infinity) >= wideRateHz }
}

/** A decoder for what needs one: G.711 does not. */
export function payloadDecoder(format: CodecFormat): PayloadDecoder | undefined {
  switch (format.codec) {
    case 'PCMU':
    case 'PCMA':
      return undefined
    case 'G722':
      return g722PayloadDecoder()
    case 'L16':
      return l16PayloadDecoder(format.clockRateHz)
    case 'OPUS':
      return opusPayloadDecoder()
  }
}

/** An encoder for what needs one: G.711 does not. */
export function payloadEncoder(format: CodecFormat): PayloadEncoder | undefined {
  switch (format.codec) {
    case 'PCMU':
    case 'PCMA':
      return undefined
    case 'G722':
      return g722PayloadEncoder()
    case 'L16':
      return l16PayloadEncoder(format.clockRateHz)
    case 'OPUS':
      return opusPayloadEncoder(format.opus)
  }
}
