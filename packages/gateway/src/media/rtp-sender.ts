import type { Random } from '#kernel'
import { ulawToAlaw } from '@voxkeep/wire/g711'
import { fixedHeaderBytes, writeRtpHeader } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { SrtpSender } from '@voxkeep/wire/srtp'
import { frameSamples, samplesPerMs } from './caller-track.ts'
import { maxPacketSamples, type PacketMemory } from './packet-memory.ts'
import { bandOf, payloadEncoder, type CodecFormat, type PayloadEncoder } from './payload-codec.ts'

/** Makes the leg's outgoing RTP packets from 20 ms frames: one SSRC, timestamps without a hole. */
export interface RtpSender {
  /** Room for the next frame's µ-law audio, shared with every other sender of the worker: fill it, then `load`. */
  readonly frame: Uint8Array
  /** Room for its companion at 16 kHz, shared likewise. */
  readonly wide: Int16Array
  /** The codec has more than 8 kHz: companions are of use. */
  readonly isWideband: boolean
  readonly ssrc: number
  readonly packets: number
  readonly octets: number
  /** RTP timestamp at the end of what was loaded, in units of `clockRateHz`. */
  readonly timestamp: number
  readonly clockRateHz: number
  /** The key's lifetime is over: nothing more can be sealed. */
  readonly usedUp: boolean
  /** Takes codec and packet length; with `fresh`, packets go on under a new SSRC, as a new key demands. */
  configure(audio: PacketFormat, fresh: boolean): void
  /** Somebody who has companions is about to speak. */
  expectWide(): void
  /** Takes what stands in `frame`, and in `wide` if that is the same time. */
  load(isWide?: boolean): void
  /**
   * The next packet that is complete, sealed; `undefined` when none is. It stays valid for some packets more.
   * Without `srtp` it is plain.
   */
  seal(srtp: SrtpSender | undefined): Uint8Array | undefined
  /**
   * Seals a payload that another leg's peer made, with this sender's own numbers: what was lost before it stays a hole
   * in the sequence, and timestamps keep their distances until this sender's own audio or `relayAnew` comes between.
   * Valid like what `seal` returns; `undefined` when the key is used up or the payload is too long.
   */
  relay(packet: RelayedPacket, srtp: SrtpSender | undefined): Uint8Array | undefined
  /** What is relayed next comes from another source. */
  relayAnew(): void
  /** Seals a packet of an event of ours, which takes no time of the audio: `timestamp` says when it began. Valid like what `seal` returns; `undefined` when the key is used up. */
  event(packet: OwnEvent, srtp: SrtpSender | undefined): Uint8Array | undefined
  /** Lets one frame's time pass without a packet; the next one opens a new talk spurt. */
  skip(): void
  /** Gives back what encoding took; then nothing more is called. */
  close(): void
}

/** What a bridge carries to this leg. */
export interface RelayedPacket {
  readonly payload: Uint8Array
  readonly payloadType: number
  readonly marker: boolean
  /** In this leg's clock rate, on the other peer's timeline. */
  readonly timestamp: number
  /** Clock units that the payload lasts; 0 for what lies beside the audio. */
  readonly samples: number
  /** Packets lost before this one. */
  readonly lost: number
}

/** A packet of a telephone event (RFC 4733) that this leg sends itself. */
export type OwnEvent = Pick<RelayedPacket, 'payload' | 'payloadType' | 'marker' | 'timestamp'>

/** A longer hole in the sequence is a restart, and nobody conceals it. */
const maxRelayedLoss = 1_000

export type PacketFormat = CodecFormat & Pick<NegotiatedAudio, 'sendPayloadType' | 'ptimeMs'>

export function rtpSender(random: Random, memory: PacketMemory): RtpSender {
  return new Sender(random, memory)
}

class Sender implements RtpSender {
  readonly #random: Random
  readonly #memory: PacketMemory
  readonly frame: Uint8Array
  readonly wide: Int16Array
  isWideband = false
  readonly #header = { payloadType: 0, marker: true, sequence: 0, timestamp: 0, ssrc: 0 }
  /** Where frames wait for packets of another length than 20 ms. */
  #line: Uint8Array | undefined
  /** Their companions, made when the first comes. */
  #wideLine: Int16Array | undefined
  #loadedSamples = 0
  /** Up to here something of what is loaded has no companion. */
  #narrowSamples = 0
  /** One packet of G.711, and the part of it that is audio: as many bytes as samples. */
  #packet: Uint8Array
  #payload: Uint8Array
  #alaw = false
  /** Of any other codec. */
  #encoder: PayloadEncoder | undefined
  #format: CodecFormat = { codec: 'PCMU', clockRateHz: 8_000 }
  #unitsPerSample = 1
  /** Our timestamp less the other peer's, while packets are relayed. */
  #relayOffset: number | undefined
  /** When the event that is relayed began, on either timeline. */
  #event: { readonly theirs: number; readonly ours: number } | undefined
  packets = 0
  octets = 0
  usedUp = false

  constructor(random: Random, memory: PacketMemory) {
    this.#random = random
    this.#memory = memory
    this.frame = memory.frame
    this.wide = memory.wide
    this.#packet = memory.packet.subarray(0, fixedHeaderBytes + frameSamples)
    this.#payload = this.#packet.subarray(fixedHeaderBytes)
    this.#renew()
  }

  get ssrc(): number {
    return this.#header.ssrc
  }

  get timestamp(): number {
    return (this.#header.timestamp + this.#loadedSamples * this.#unitsPerSample) >>> 0
  }

  get clockRateHz(): number {
    return this.#format.clockRateHz
  }

  configure(audio: PacketFormat, fresh: boolean): void {
    this.#takeCodec(audio)
    this.#header.payloadType = audio.sendPayloadType
    const samples = Math.min(Math.max(1, audio.ptimeMs * samplesPerMs), maxPacketSamples)
    if (samples !== this.#payload.length) this.#setLength(samples)
    if (fresh) this.#renew()
  }

  expectWide(): void {
    this.#encoder?.expectWide?.()
  }

  load(isWide = false): void {
    this.#relayOffset = undefined
    const line = this.#line
    if (line === undefined) {
      this.#loadedSamples = frameSamples
      this.#narrowSamples = isWide ? 0 : frameSamples
      return
    }
    // More than fits is there only when nobody sealed; what is old then gives way.
    if (this.#loadedSamples + frameSamples > line.length) this.#dropLoaded()
    line.set(this.frame, this.#loadedSamples)
    if (isWide) {
      this.#wideLine ??= new Int16Array(2 * line.length)
      this.#wideLine.set(this.wide, 2 * this.#loadedSamples)
    }
    this.#loadedSamples += frameSamples
    if (!isWide) this.#narrowSamples = this.#loadedSamples
  }

  seal(srtp: SrtpSender | undefined): Uint8Array | undefined {
    const samples = this.#payload.length
    if (this.#loadedSamples < samples) return undefined
    const packet = this.#fill(samples)
    this.#unload(samples)
    if (packet === undefined) return this.#pass(samples)
    writeRtpHeader(packet, this.#header)
    const datagram = this.#sealed(packet, srtp)
    this.#header.sequence = (this.#header.sequence + 1) & 0xffff
    this.#header.timestamp = (this.#header.timestamp + samples * this.#unitsPerSample) >>> 0
    this.#header.marker = false
    if (datagram !== undefined) this.#count(packet.length - fixedHeaderBytes)
    return datagram
  }

  relay(packet: RelayedPacket, srtp: SrtpSender | undefined): Uint8Array | undefined {
    const { payload, payloadType, samples } = packet
    if (payload.length > this.#memory.packet.length - fixedHeaderBytes) return undefined
    const header = this.#header
    const opens = samples > 0 && this.#relayOffset === undefined
    const timestamp = samples > 0 ? this.#relayedTime(packet.timestamp) : this.#eventTime(packet.timestamp)
    const sequence = (header.sequence + Math.min(packet.lost, maxRelayedLoss)) & 0xffff
    header.sequence = sequence
    const datagram = this.event({ payload, payloadType, marker: packet.marker || opens, timestamp }, srtp)
    if (samples > 0) {
      header.timestamp = (timestamp + samples) >>> 0
      header.marker = true // of our own audio, if it follows
    }
    return datagram
  }

  event(packet: OwnEvent, srtp: SrtpSender | undefined): Uint8Array | undefined {
    const { payload, payloadType, marker, timestamp } = packet
    const { sequence, ssrc } = this.#header
    const plain = this.#memory.packet.subarray(0, fixedHeaderBytes + payload.length)
    writeRtpHeader(plain, { payloadType, marker, sequence, timestamp, ssrc })
    plain.set(payload, fixedHeaderBytes)
    const datagram = this.#sealed(plain, srtp)
    this.#header.sequence = (sequence + 1) & 0xffff
    if (datagram !== undefined) this.#count(payload.length)
    return datagram
  }

  relayAnew(): void {
    this.#relayOffset = undefined
    this.#event = undefined
  }

  skip(): void {
    this.#dropLoaded()
    this.#pass(frameSamples)
  }

  close(): void {
    this.#encoder?.close()
    this.#encoder = undefined
  }

  /** The other peer's time on our timeline; it begins where our own audio ended. */
  #relayedTime(timestamp: number): number {
    if (this.#relayOffset === undefined) {
      this.#dropLoaded()
      this.#relayOffset = this.#header.timestamp - timestamp
    }
    return (timestamp + this.#relayOffset) >>> 0
  }

  /** All packets of an event have the time of its first (RFC 4733 §2.2), whatever we send between them. */
  #eventTime(timestamp: number): number {
    if (this.#event?.theirs !== timestamp) {
      const ours = timestamp + (this.#relayOffset ?? this.#header.timestamp - timestamp)
      this.#event = { theirs: timestamp, ours: ours >>> 0 }
    }
    return this.#event.ours
  }

  /** Time for which nothing is sent. */
  #pass(samples: number): undefined {
    this.#header.timestamp = (this.#header.timestamp + samples * this.#unitsPerSample) >>> 0
    this.#header.marker = true
  }

  /** An encoder of what was agreed; the one there goes on where nothing changed, for the peer's decoder does as well. */
  #takeCodec({ codec, clockRateHz, opus }: CodecFormat): void {
    const before = this.#format
    if (codec === before.codec && clockRateHz === before.clockRateHz && sameLimits(opus, before.opus)) return
    this.#dropLoaded()
    this.#header.marker = true
    this.#alaw = codec === 'PCMA'
    this.#format = opus === undefined ? { codec, clockRateHz } : { codec, clockRateHz, opus }
    this.#unitsPerSample = clockRateHz / (1_000 * samplesPerMs)
    this.#encoder?.close()
    this.#encoder = payloadEncoder(this.#format)
    this.isWideband = bandOf(this.#format).saysWide
  }

  #setLength(samples: number): void {
    this.#dropLoaded()
    this.#packet = this.#memory.packet.subarray(0, fixedHeaderBytes + samples)
    this.#payload = this.#packet.subarray(fixedHeaderBytes)
    // A frame may come on top of a packet that is complete but for one sample.
    this.#line = samples === frameSamples ? undefined : new Uint8Array(maxPacketSamples + frameSamples)
  }

  #sealed(plain: Uint8Array, srtp: SrtpSender | undefined): Uint8Array | undefined {
    const out = this.#memory.next(plain.length)
    const datagram = srtp === undefined ? copy(plain, out) : srtp.sealRtp(plain, out)
    if (datagram === undefined) this.usedUp = true
    return datagram
  }

  #count(octets: number): void {
    this.packets += 1
    this.octets += octets
  }

  /** The next packet with its audio in it; `undefined` when its codec has none. */
  #fill(samples: number): Uint8Array | undefined {
    const audio = this.#line === undefined ? this.frame : this.#line.subarray(0, samples)
    if (this.#encoder !== undefined) return this.#encoded(this.#encoder, audio)
    if (this.#alaw) ulawToAlaw(audio, this.#payload)
    else this.#payload.set(audio)
    return this.#packet
  }

  #encoded(encoder: PayloadEncoder, audio: Uint8Array): Uint8Array | undefined {
    const { packet } = this.#memory
    const bytes = encoder.encode(audio, packet.subarray(fixedHeaderBytes), this.#companionOf(audio))
    return bytes === 0 ? undefined : packet.subarray(0, fixedHeaderBytes + bytes)
  }

  #companionOf({ length }: Uint8Array): Int16Array | undefined {
    if (this.#narrowSamples > 0) return undefined
    return this.#line === undefined ? this.wide : this.#wideLine?.subarray(0, 2 * length)
  }

  #unload(samples: number): void {
    this.#loadedSamples -= samples
    this.#narrowSamples = Math.max(0, this.#narrowSamples - samples)
    if (this.#loadedSamples <= 0) return
    const end = samples + this.#loadedSamples
    this.#line?.copyWithin(0, samples, end)
    this.#wideLine?.copyWithin(0, 2 * samples, 2 * end)
  }

  #dropLoaded(): void {
    this.#header.timestamp = (this.#header.timestamp + this.#loadedSamples * this.#unitsPerSample) >>> 0
    this.#loadedSamples = 0
    this.#narrowSamples = 0
  }

  #renew(): void {
    const bytes = this.#random.bytes(10)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#header.ssrc = view.getUint32(0)
    this.#header.timestamp = view.getUint32(4)
    // RFC 3711 §3.3.1: from the lower half, so that a lost first packet cannot hide a wrap from the receiver.
    this.#header.sequence = view.getUint16(8) & 0x7fff
    this.#header.marker = true
    this.relayAnew()
    this.packets = 0
    this.octets = 0
    this.usedUp = false
  }
}

function copy(packet: Uint8Array, out: Uint8Array): Uint8Array {
  out.set(packet)
  return out.subarray(0, packet.length)
}

function sameLimits(a: CodecFormat['opus'], b: CodecFormat['opus']): boolean {
  if (a?.maxAverageBitrate !== b?.maxAverageBitrate || a?.fec !== b?.fec || a?.cbr !== b?.cbr) return false
  return a?.maxPlaybackRateHz === b?.maxPlaybackRateHz
}
