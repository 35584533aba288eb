import { eventReceiver, type DtmfEvent, type EventReceiver } from '@voxkeep/wire/dtmf'
import { alawToUlaw } from '@voxkeep/wire/g711'
import { reorderBuffer, type ReorderBuffer, type ReorderItem } from '@voxkeep/wire/jitter'
import { rtpHeaderLength } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { CallerTrack } from './caller-track.ts'

/** The way of the caller's packets, once opened: put in order, told apart by payload type, laid on the track. */
export interface CallerInput {
  /** Takes the payload types and codec of the latest agreement. */
  configure(audio: NegotiatedAudio): void
  /** Takes one authentic RTP packet; held packets are copied, so `packet` is only borrowed. */
  receive(packet: Uint8Array, header: PacketHeader, nowMs: number): void
  /** Lets go of packets whose wait for an earlier one is over, and of key presses whose end was lost. */
  poll(nowMs: number): void
  /** Packets that came twice, or too late to be of use. */
  readonly stray: number
}

/** The fields that everyone on a packet's way looks at, read once. */
export interface PacketHeader {
  sequence: number
  timestamp: number
  ssrc: number
}

export function readPacketHeader(packet: Uint8Array, into: PacketHeader): void {
  into.sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0)
  into.timestamp = readUint32(packet, 4)
  into.ssrc = readUint32(packet, 8)
}

export interface CallerInputOptions {
  readonly reorderMs: number
  readonly track: CallerTrack
  readonly onDigit: (event: DtmfEvent) => void
  /** A packet of no payload type that was agreed. */
  readonly onUnknownPayload: () => void
  /** Milliseconds from a packet's arrival to its audio being handed on. */
  readonly onDelay: (delayMs: number, nowMs: number) => void
}

const clockRateHz = 8_000
const maxHeldPackets = 32
const comfortNoiseType = 13 // RFC 3551 §6
/** Arrival times are remembered by RTP timestamp, in units of 10 ms of audio, the shortest packets in use. */
const arrivalSlots = 64

export function callerInput(options: CallerInputOptions): CallerInput {
  return new Input(options)
}

class Input implements CallerInput {
  readonly #options: CallerInputOptions
  readonly #arrivals = new Float64Array(arrivalSlots)
  #reorder: ReorderBuffer
  #events: EventReceiver = eventReceiver({ clockRateHz })
  #ssrc: number | undefined
  #alaw = false
  #audioType = 0
  #eventType = -1
  #comfortNoise = comfortNoiseType
  #scratch = new Uint8Array(480)
  #strayBefore = 0
  #lastTimestamp = 0
  #lastMs = 0

  constructor(options: CallerInputOptions) {
    this.#options = options
    this.#reorder = this.#newReorder()
  }

  get stray(): number {
    return this.#strayBefore + this.#reorder.duplicates + this.#reorder.late + this.#options.track.dropped
  }

  configure(audio: NegotiatedAudio): void {
    this.#alaw = audio.codec === 'PCMA'
    this.#audioType = audio.receivePayloadType
    this.#comfortNoise = audio.cnPayloadType ?? comfortNoiseType
    this.#eventType = audio.dtmf?.receivePayloadType ?? -1
    this.#events = eventReceiver({ clockRateHz: audio.dtmf?.clockRateHz ?? clockRateHz })
  }

  receive(packet: Uint8Array, header: PacketHeader, nowMs: number): void {
    const headerBytes = rtpHeaderLength(packet)
    if (headerBytes === undefined) return
    const { ssrc, timestamp, sequence } = header
    if (ssrc !== this.#ssrc) this.#changeSource(ssrc)
    const payload = packet.subarray(headerBytes, packet.length - paddingBytes(packet, headerBytes))
    this.#arrivals[(timestamp / 80) & (arrivalSlots - 1)] = nowMs
    this.#lastTimestamp = timestamp
    this.#lastMs = nowMs
    const second = packet[1] ?? 0
    const marker = (second & 0x80) !== 0
    const items = this.#reorder.push(sequence, timestamp, payload, nowMs, marker, second & 0x7f)
    if (items.length > 0) this.#release(items, nowMs)
  }

  poll(nowMs: number): void {
    if (this.#events.active) {
      const elapsed = Math.floor(((nowMs - this.#lastMs) * clockRateHz) / 1_000)
      this.#tell(this.#events.flush((this.#lastTimestamp + elapsed) >>> 0))
    }
    if (this.#reorder.deadlineMs === undefined) return
    const items = this.#reorder.poll(nowMs)
    if (items.length > 0) this.#release(items, nowMs)
  }

  #release(items: readonly ReorderItem[], nowMs: number): void {
    for (const item of items) {
      if (item.kind === 'frame') this.#take(item.payloadType, item.timestamp, item.payload, nowMs)
    }
  }

  #take(payloadType: number, timestamp: number, payload: Uint8Array, nowMs: number): void {
    if (payloadType === this.#audioType) {
      if (this.#events.active) this.#tell(this.#events.flush(timestamp >>> 0))
      this.#options.track.push(timestamp, this.#alaw ? this.#toUlaw(payload) : payload, nowMs)
      const arrivedMs = this.#arrivals[((timestamp >>> 0) / 80) & (arrivalSlots - 1)] ?? nowMs
      this.#options.onDelay(Math.max(0, nowMs - arrivedMs), nowMs)
    } else if (payloadType === this.#eventType) this.#tell(this.#events.push(timestamp >>> 0, payload))
    // Comfort noise only says that silence goes on, and silence is what the track fills in.
    else if (payloadType !== this.#comfortNoise) this.#options.onUnknownPayload()
  }

  #tell(event: DtmfEvent | undefined): void {
    if (event !== undefined) this.#options.onDigit(event)
  }

  #toUlaw(alaw: Uint8Array): Uint8Array {
    if (alaw.length > this.#scratch.length) this.#scratch = new Uint8Array(alaw.length)
    const out = this.#scratch.subarray(0, alaw.length)
    alawToUlaw(alaw, out)
    return out
  }

  #changeSource(ssrc: number): void {
    this.#strayBefore += this.#reorder.duplicates + this.#reorder.late
    if (this.#ssrc !== undefined) {
      this.#reorder = this.#newReorder()
      this.#options.track.restart()
    }
    this.#ssrc = ssrc
  }

  #newReorder(): ReorderBuffer {
    return reorderBuffer({
      clockRateHz,
      maxDelayMs: this.#options.reorderMs,
      maxPackets: maxHeldPackets,
      samplesOf: (payload, payloadType) => (payloadType === this.#audioType ? payload.length : 0),
    })
  }
}

/** RFC 3550 §5.1: the last byte counts the padding; a count that cannot be is taken as none. */
function paddingBytes(packet: Uint8Array, headerBytes: number): number {
  if (((packet[0] ?? 0) & 0x20) === 0) return 0
  const count = packet[packet.length - 1] ?? 0
  return count <= packet.length - headerBytes ? count : 0
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  )
}
