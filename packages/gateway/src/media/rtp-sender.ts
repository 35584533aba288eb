import type { Random } from '#kernel'
import { ulawToAlaw } from '@voxkeep/wire/g711'
import { fixedHeaderBytes, writeRtpHeader } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { SrtpSender } from '@voxkeep/wire/srtp'
import { frameSamples, samplesPerMs } from './caller-track.ts'

/** Makes the leg's outgoing RTP packets from 20 ms frames: one SSRC, timestamps without a hole. */
export interface RtpSender {
  /** Room for the next frame's µ-law audio. */
  readonly frame: Uint8Array
  readonly ssrc: number
  readonly packets: number
  readonly octets: number
  /** RTP timestamp at the end of what was loaded. */
  readonly timestamp: number
  /** The key's lifetime is over: nothing more can be sealed. */
  readonly usedUp: boolean
  /** Takes codec and packet length; with `fresh`, packets go on under a new SSRC, as a new key demands. */
  configure(audio: Pick<NegotiatedAudio, 'codec' | 'sendPayloadType' | 'ptimeMs'>, fresh: boolean): void
  /** Takes what stands in `frame`. */
  load(): void
  /**
   * The next packet that is complete, sealed; `undefined` when none is. It stays valid for a few frames more.
   * Without `srtp` it is plain.
   */
  seal(srtp: SrtpSender | undefined): Uint8Array | undefined
  /** Lets one frame's time pass without a packet; the next one opens a new talk spurt. */
  skip(): void
}

/** RFC 4566 `ptime` goes to 60 ms here, and a frame may come on top of an almost complete packet. */
const maxPacketSamples = 60 * samplesPerMs
const maxLoadedSamples = maxPacketSamples + frameSamples
/** Room for the longest tag and MKI. */
const maxOverheadBytes = 16 + 128
const outBytes = fixedHeaderBytes + maxPacketSamples + maxOverheadBytes
/** The kernel usually takes a datagram at once; one it must wait for keeps its memory for this many more. */
const outBuffers = 8

export function rtpSender(random: Random): RtpSender {
  return new Sender(random)
}

class Sender implements RtpSender {
  readonly #random: Random
  readonly frame = new Uint8Array(frameSamples)
  readonly #loaded = new Uint8Array(maxLoadedSamples)
  readonly #out: Uint8Array[]
  readonly #header = { payloadType: 0, marker: true, sequence: 0, timestamp: 0, ssrc: 0 }
  #loadedSamples = 0
  #packet = new Uint8Array(fixedHeaderBytes + frameSamples)
  #payload = this.#packet.subarray(fixedHeaderBytes)
  #alaw = false
  #turn = 0
  packets = 0
  octets = 0
  usedUp = false

  constructor(random: Random) {
    this.#random = random
    const memory = new Uint8Array(outBytes * outBuffers)
    this.#out = Array.from({ length: outBuffers }, (_, i) => memory.subarray(i * outBytes, (i + 1) * outBytes))
    this.#renew()
  }

  get ssrc(): number {
    return this.#header.ssrc
  }

  get timestamp(): number {
    return (this.#header.timestamp + this.#loadedSamples) >>> 0
  }

  configure(audio: Pick<NegotiatedAudio, 'codec' | 'sendPayloadType' | 'ptimeMs'>, fresh: boolean): void {
    this.#alaw = audio.codec === 'PCMA'
    this.#header.payloadType = audio.sendPayloadType
    const samples = Math.min(Math.max(1, audio.ptimeMs * samplesPerMs), maxPacketSamples)
    if (samples !== this.#payload.length) {
      this.#packet = new Uint8Array(fixedHeaderBytes + samples)
      this.#payload = this.#packet.subarray(fixedHeaderBytes)
    }
    if (fresh) this.#renew()
  }

  load(): void {
    // More than fits is there only when nobody sealed; the oldest then gives way.
    if (this.#loadedSamples + frameSamples > maxLoadedSamples) this.#dropLoaded()
    this.#loaded.set(this.frame, this.#loadedSamples)
    this.#loadedSamples += frameSamples
  }

  seal(srtp: SrtpSender | undefined): Uint8Array | undefined {
    const samples = this.#payload.length
    if (this.#loadedSamples < samples) return undefined
    this.#unload(samples)
    writeRtpHeader(this.#packet, this.#header)
    const out = this.#out[this.#turn] as Uint8Array
    this.#turn = (this.#turn + 1) % outBuffers
    const datagram = srtp === undefined ? copy(this.#packet, out) : srtp.sealRtp(this.#packet, out)
    this.#header.sequence = (this.#header.sequence + 1) & 0xffff
    this.#header.timestamp = (this.#header.timestamp + samples) >>> 0
    this.#header.marker = false
    if (datagram === undefined) {
      this.usedUp = true
      return undefined
    }
    this.packets += 1
    this.octets += samples
    return datagram
  }

  skip(): void {
    this.#dropLoaded()
    this.#header.timestamp = (this.#header.timestamp + frameSamples) >>> 0
    this.#header.marker = true
  }

  /** Moves one packet's samples into it. */
  #unload(samples: number): void {
    const audio = this.#loaded.subarray(0, samples)
    if (this.#alaw) ulawToAlaw(audio, this.#payload)
    else this.#payload.set(audio)
    this.#loadedSamples -= samples
    if (this.#loadedSamples > 0) this.#loaded.copyWithin(0, samples, samples + this.#loadedSamples)
  }

  #dropLoaded(): void {
    this.#header.timestamp = (this.#header.timestamp + this.#loadedSamples) >>> 0
    this.#loadedSamples = 0
  }

  #renew(): void {
    const bytes = this.#random.bytes(10)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#header.ssrc = view.getUint32(0)
    this.#header.timestamp = view.getUint32(4)
    // RFC 3711 §3.3.1: from the lower half, so that a lost first packet cannot hide a wrap from the receiver.
    this.#header.sequence = view.getUint16(8) & 0x7fff
    this.#header.marker = true
    this.packets = 0
    this.octets = 0
    this.usedUp = false
  }
}

function copy(packet: Uint8Array, out: Uint8Array): Uint8Array {
  out.set(packet)
  return out.subarray(0, packet.length)
}
