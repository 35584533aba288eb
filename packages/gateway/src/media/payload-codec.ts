import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { g722PayloadDecoder, g722PayloadEncoder } from './g722-codec.ts'
import { l16PayloadDecoder, l16PayloadEncoder } from './l16-codec.ts'
import { opusPayloadDecoder, opusPayloadEncoder } from './opus-codec.ts'

/** What a codec must know of an agreement. */
export type CodecFormat = Pick<NegotiatedAudio, 'codec' | 'clockRateHz' | 'opus'>

/** Makes µ-law at 8 kHz, which is what a leg works in, of one peer's payloads. Holds the state of one RTP stream. */
export interface PayloadDecoder {
  /** Length of a payload in units of the RTP clock; 0 for what cannot be one. */
  unitsOf(payload: Uint8Array): number
  /** The audio of the next payload, borrowed until the next call; `undefined` for what cannot be one. Never throws. */
  decode(payload: Uint8Array): Uint8Array | undefined
  /**
   * What stands in for `samples` of µ-law lost before `next`, by what `next` knows of them; not more than
   * `maxPayloadSamples`, and borrowed like audio. Codecs without it leave silence. Never throws.
   */
  conceal?(samples: number, next: Uint8Array): Uint8Array | undefined
  /** What follows is another stream. */
  restart(): void
  /** Gives memory back; then nothing more is called. */
  close(): void
}

/** Makes one peer's payloads of µ-law at 8 kHz. */
export interface PayloadEncoder {
  /** Encodes one packet's audio into `out`; returns how many bytes that came to, 0 when it cannot be. Never throws. */
  encode(ulaw: Uint8Array, out: Uint8Array): number
  close(): void
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
