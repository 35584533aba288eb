import type { Random } from '#kernel'
import { writeRtpHeader } from '@voxkeep/wire/rtp'
import type { SrtpSender } from '@voxkeep/wire/srtp'
import { ulawToAlaw } from '@voxkeep/wire/g711'
import { frameSamples } from './caller-track.ts'

/** Makes the leg's outgoing RTP packets: one SSRC, timestamps without a hole. */
export interface RtpSender {
  /** Room for the next frame's µ-law audio. */
  readonly frame: Uint8Array
  readonly ssrc: number
  readonly packets: number
  readonly octets: number
  readonly timestamp: number
  /** Takes the codec; with `fresh`, packets go on under a new SSRC, as a new key demands. */
  configure(codec: 'PCMU' | 'PCMA', payloadType: number, fresh: boolean): void
  /**
   * Seals `frame` as the next packet. The result is valid until a few frames later; `undefined` when the key is
   * used up. Without `srtp` the packet stays plain.
   */
  seal(srtp: SrtpSender | undefined): Uint8Array | undefined
  /** Lets one frame's time pass without a packet; the next one opens a new talk spurt. */
  skip(): void
}

const headerBytes = 12
/** Room for the longest tag and MKI. */
const maxOverheadBytes = 16 + 128
/** The kernel usually takes a datagram at once; one it must wait for keeps its memory for this many frames. */
const outBuffers = 8

export function rtpSender(random: Random): RtpSender {
  return new Sender(random)
}

class Sender implements RtpSender {
  readonly #random: Random
  readonly #packet = new Uint8Array(headerBytes + frameSamples)
  readonly #out: Uint8Array[]
  readonly frame = this.#packet.subarray(headerBytes)
  readonly #header = { payloadType: 0, marker: true, sequence: 0, timestamp: 0, ssrc: 0 }
  #alaw = false
  #turn = 0
  packets = 0
  octets = 0

  constructor(random: Random) {
    this.#random = random
    const size = headerBytes + frameSamples + maxOverheadBytes
    const memory = new Uint8Array(size * outBuffers)
    this.#out = Array.from({ length: outBuffers }, (_, i) => memory.subarray(i * size, (i + 1) * size))
    this.#renew()
  }

  get ssrc(): number {
    return this.#header.ssrc
  }

  get timestamp(): number {
    return this.#header.timestamp
  }

  configure(codec: 'PCMU' | 'PCMA', payloadType: number, fresh: boolean): void {
    this.#alaw = codec === 'PCMA'
    this.#header.payloadType = payloadType
    if (fresh) this.#renew()
  }

  seal(srtp: SrtpSender | undefined): Uint8Array | undefined {
    if (this.#alaw) ulawToAlaw(this.frame, this.frame)
    writeRtpHeader(this.#packet, this.#header)
    const out = this.#out[this.#turn] as Uint8Array
    this.#turn = (this.#turn + 1) % outBuffers
    const datagram = srtp === undefined ? copy(this.#packet, out) : srtp.sealRtp(this.#packet, out)
    this.#advance()
    this.#header.marker = false
    if (datagram === undefined) return undefined
    this.packets += 1
    this.octets += frameSamples
    return datagram
  }

  skip(): void {
    this.#header.timestamp = (this.#header.timestamp + frameSamples) >>> 0
    this.#header.marker = true
  }

  #advance(): void {
    this.#header.sequence = (this.#header.sequence + 1) & 0xffff
    this.#header.timestamp = (this.#header.timestamp + frameSamples) >>> 0
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
  }
}

function copy(packet: Uint8Array, out: Uint8Array): Uint8Array {
  out.set(packet)
  return out.subarray(0, packet.length)
}
