import type { Random } from '#kernel'
import { ulawToAlaw } from '@voxkeep/wire/g711'
import { fixedHeaderBytes, writeRtpHeader } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { SrtpSender } from '@voxkeep/wire/srtp'
import { frameSamples, samplesPerMs } from './caller-track.ts'
import { maxPacketSamples, type PacketMemory } from './packet-memory.ts'

/** Makes the leg's outgoing RTP packets from 20 ms frames: one SSRC, timestamps without a hole. */
export interface RtpSender {
  /** Room for the next frame's µ-law audio, shared with every other sender of the worker: fill it, then `load`. */
  readonly frame: Uint8Array
  readonly ssrc: number
  readonly packets: number
  readonly octets: number
  /** RTP timestamp at the end of what was loaded. */
  readonly timestamp: number
  /** The key's lifetime is over: nothing more can be sealed. */
  readonly usedUp: boolean
  /** Takes codec and packet length; with `fresh`, packets go on under a new SSRC, as a new key demands. */
  configure(audio: PacketFormat, fresh: boolean): void
  /** Takes what stands in `frame`. */
  load(): void
  /**
   * The next packet that is complete, sealed; `undefined` when none is. It stays valid for some packets more.
   * Without `srtp` it is plain.
   */
  seal(srtp: SrtpSender | undefined): Uint8Array | undefined
  /** Lets one frame's time pass without a packet; the next one opens a new talk spurt. */
  skip(): void
}

export type PacketFormat = Pick<NegotiatedAudio, 'codec' | 'sendPayloadType' | 'ptimeMs'>

export function rtpSender(random: Random, memory: PacketMemory): RtpSender {
  return new Sender(random, memory)
}

class Sender implements RtpSender {
  readonly #random: Random
  readonly #memory: PacketMemory
  readonly frame: Uint8Array
  readonly #header = { payloadType: 0, marker: true, sequence: 0, timestamp: 0, ssrc: 0 }
  /** Where frames wait for packets of another length than 20 ms. */
  #line: Uint8Array | undefined
  #loadedSamples = 0
  #packet: Uint8Array
  #payload: Uint8Array
  #alaw = false
  packets = 0
  octets = 0
  usedUp = false

  constructor(random: Random, memory: PacketMemory) {
    this.#random = random
    this.#memory = memory
    this.frame = memory.frame
    this.#packet = memory.packet.subarray(0, fixedHeaderBytes + frameSamples)
    this.#payload = this.#packet.subarray(fixedHeaderBytes)
    this.#renew()
  }

  get ssrc(): number {
    return this.#header.ssrc
  }

  get timestamp(): number {
    return (this.#header.timestamp + this.#loadedSamples) >>> 0
  }

  configure(audio: PacketFormat, fresh: boolean): void {
    this.#alaw = audio.codec === 'PCMA'
    this.#header.payloadType = audio.sendPayloadType
    const samples = Math.min(Math.max(1, audio.ptimeMs * samplesPerMs), maxPacketSamples)
    if (samples !== this.#payload.length) this.#setLength(samples)
    if (fresh) this.#renew()
  }

  load(): void {
    const line = this.#line
    if (line === undefined) {
      this.#loadedSamples = frameSamples
      return
    }
    // More than fits is there only when nobody sealed; what is old then gives way.
    if (this.#loadedSamples + frameSamples > line.length) this.#dropLoaded()
    line.set(this.frame, this.#loadedSamples)
    this.#loadedSamples += frameSamples
  }

  seal(srtp: SrtpSender | undefined): Uint8Array | undefined {
    const samples = this.#payload.length
    if (this.#loadedSamples < samples) return undefined
    this.#unload(samples)
    writeRtpHeader(this.#packet, this.#header)
    const out = this.#memory.next()
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

  #setLength(samples: number): void {
    this.#dropLoaded()
    this.#packet = this.#memory.packet.subarray(0, fixedHeaderBytes + samples)
    this.#payload = this.#packet.subarray(fixedHeaderBytes)
    // A frame may come on top of a packet that is complete but for one sample.
    this.#line = samples === frameSamples ? undefined : new Uint8Array(maxPacketSamples + frameSamples)
  }

  /** Moves one packet's samples into it. */
  #unload(samples: number): void {
    const line = this.#line
    const audio = line === undefined ? this.frame : line.subarray(0, samples)
    if (this.#alaw) ulawToAlaw(audio, this.#payload)
    else this.#payload.set(audio)
    this.#loadedSamples -= samples
    if (this.#loadedSamples > 0) line?.copyWithin(0, samples, samples + this.#loadedSamples)
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
