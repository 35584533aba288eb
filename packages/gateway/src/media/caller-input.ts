import { eventReceiver, type DtmfEvent, type EventReceiver } from '@voxkeep/wire/dtmf'
import { alawToUlaw } from '@voxkeep/wire/g711'
import { reorderBuffer, type ReorderBuffer, type ReorderItem } from '@voxkeep/wire/jitter'
import { rtpHeaderLength } from '@voxkeep/wire/rtp'
import type { AlternativeCodec, NegotiatedAudio } from '@voxkeep/wire/sdp'
import { samplesPerMs, type CallerTrack } from './caller-track.ts'
import { maxPayloadSamples } from './codec-limits.ts'
import { payloadDecoder, type PayloadDecoder } from './payload-codec.ts'

/** The way of the caller's packets, once opened: put in order, told apart by payload type, laid on the track. */
export interface CallerInput {
  /** Takes the payload types and codec of the latest agreement. */
  configure(audio: NegotiatedAudio): void
  /** Takes one authentic RTP packet; held packets are copied, so `packet` is only borrowed. */
  receive(packet: Uint8Array, header: PacketHeader, nowMs: number): void
  /** Lets go of packets whose wait for an earlier one is over, and of key presses whose end was lost. */
  poll(nowMs: number): void
  /** Gives back what decoding took; then nothing more is called. */
  close(): void
  /** Packets that came twice, or too late to be of use. */
  readonly stray: number
  /** Packets whose place had been given up when they came. */
  readonly late: number
  /** Payloads that are none of the agreed codec. */
  readonly malformed: number
  /** The peer holds a key down, by its telephone events. */
  readonly isEventOpen: boolean
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

/** Hears of the caller's packets in order, before they are decoded: the bridge to another leg. */
export interface OrderedSink {
  /** What follows is another source's: its numbers begin anew. */
  restarted(): void
  /** So many packets before the next were lost. */
  lost(packets: number): void
  /** Audio of the agreed codec. `timestamp` counts in its RTP clock, past 32 bits; `payload` is borrowed. */
  audio(timestamp: number, payload: Uint8Array, marker: boolean): void
  /** A telephone event (RFC 4733), each packet of it; its durations count in units of `clockRateHz`. */
  event(timestamp: number, payload: Uint8Array, marker: boolean, clockRateHz: number): void
}

export interface CallerInputOptions {
  readonly ordered?: OrderedSink
  readonly reorderMs: number
  readonly track: CallerTrack
  readonly onDigit: (event: DtmfEvent) => void
  /** A packet of a telephone event, in its turn, before `onDigit` tells that it was the last one. */
  readonly onEvent?: () => void
  /** A packet of no payload type that was agreed. */
  readonly onUnknownPayload: () => void
  /** Milliseconds from a packet's arrival to its audio being handed on. */
  readonly onDelay: (delayMs: number, nowMs: number) => void
}

const usualClockHz = 8_000
const maxHeldPackets = 32
const comfortNoiseType = 13 // RFC 3551 §6
/** Arrival times are remembered by RTP timestamp, in units of 10 ms of audio, the shortest packets in use. */
const arrivalSlots = 64
type Frame = ReorderItem & { readonly kind: 'frame' }
const noCodecs: readonly AlternativeCodec[] = []

export function callerInput(options: CallerInputOptions): CallerInput {
  return new Input(options)
}

class Input implements CallerInput {
  readonly #options: CallerInputOptions
  readonly #ordered: OrderedSink | undefined
  readonly #arrivals = new Float64Array(arrivalSlots)
  #reorder: ReorderBuffer
  #events: EventReceiver = eventReceiver({ clockRateHz: usualClockHz })
  /** Of the agreed events; and of those that came last, which may be the fallback's. */
  #agreedEventClockHz = usualClockHz
  #eventClockHz = usualClockHz
  #ssrc: number | undefined
  /** G.711 has none, and costs nothing but a table. */
  #decoder: PayloadDecoder | undefined
  #codec = 'PCMU'
  #clockHz = usualClockHz
  #unitsPerSample = 1
  #unitsPer10Ms = usualClockHz / 100
  #alaw = false
  /** What the sender may choose from; nothing where it is bound to one codec. */
  #codecs: readonly AlternativeCodec[] = noCodecs
  #agreedType = 0
  /** Of the codec that comes now. */
  #audioType = 0
  #eventType = -1
  #fallback: NonNullable<NegotiatedAudio['dtmf']>['fallback']
  #comfortNoise = comfortNoiseType
  #scratch = new Uint8Array(480)
  #strayBefore = 0
  #lateBefore = 0
  #lastTimestamp = 0
  #lastMs = 0
  /** Where the newest update of a key press ends, and when it came. */
  #eventEnd = 0
  #eventMs = 0
  malformed = 0

  constructor(options: CallerInputOptions) {
    this.#options = options
    this.#ordered = options.ordered
    this.#reorder = this.#newReorder()
  }

  get late(): number {
    return this.#lateBefore + this.#reorder.late
  }

  get isEventOpen(): boolean {
    return this.#events.active
  }

  get stray(): number {
    return this.#strayBefore + this.#reorder.duplicates + this.#reorder.late + this.#options.track.dropped
  }

  configure(audio: NegotiatedAudio): void {
    this.#takeCodec(audio)
    this.#codecs = audio.alternatives === undefined ? noCodecs : [audio, ...audio.alternatives]
    this.#agreedType = audio.receivePayloadType
    this.#comfortNoise = audio.cnPayloadType ?? comfortNoiseType
    this.#eventType = audio.dtmf?.receivePayloadType ?? -1
    this.#fallback = audio.dtmf?.fallback
    this.#agreedEventClockHz = audio.dtmf?.clockRateHz ?? usualClockHz
    this.#countEventsAt(this.#agreedEventClockHz)
  }

  receive(packet: Uint8Array, header: PacketHeader, nowMs: number): void {
    const headerBytes = rtpHeaderLength(packet)
    if (headerBytes === undefined) return
    const { ssrc, timestamp, sequence } = header
    if (ssrc !== this.#ssrc) this.#changeSource(ssrc)
    const second = packet[1] ?? 0
    const payloadType = second & 0x7f
    if (payloadType !== this.#audioType) this.#switchCodec(payloadType)
    const payload = packet.subarray(headerBytes, packet.length - paddingBytes(packet, headerBytes))
    this.#arrivals[(timestamp / this.#unitsPer10Ms) & (arrivalSlots - 1)] = nowMs
    this.#lastTimestamp = timestamp
    this.#lastMs = nowMs
    const marker = (second & 0x80) !== 0
    const items = this.#reorder.push(sequence, timestamp, payload, nowMs, marker, payloadType)
    if (items.length > 0) this.#release(items, nowMs)
  }

  poll(nowMs: number): void {
    if (this.#events.active) {
      const elapsed = Math.floor(((nowMs - this.#lastMs) * this.#clockHz) / 1_000)
      this.#flushEvents(this.#lastTimestamp + elapsed, nowMs)
    }
    if (this.#reorder.deadlineMs === undefined) return
    const items = this.#reorder.poll(nowMs)
    if (items.length > 0) this.#release(items, nowMs)
  }

  close(): void {
    this.#decoder?.close()
    this.#decoder = undefined
  }

  #release(items: readonly ReorderItem[], nowMs: number): void {
    let lostUnits = 0
    for (const item of items) {
      if (item.kind === 'frame') {
        if (this.#ordered !== undefined) this.#pass(this.#ordered, item)
        if (lostUnits > 0) this.#conceal(lostUnits, item, nowMs)
        lostUnits = 0
        this.#take(item.payloadType, item.timestamp, item.payload, nowMs)
      } else if (item.packets > 0) {
        lostUnits = item.samples
        this.#ordered?.lost(item.packets)
      }
    }
  }

  /** Fills in for what was lost before a packet where its codec can; else the time stays empty. */
  #conceal(units: number, next: Frame, nowMs: number): void {
    const samples = Math.round(units / this.#unitsPerSample)
    if (next.payloadType !== this.#audioType || samples > maxPayloadSamples) return
    const made = this.#decoder?.conceal?.(samples, next.payload)
    if (made === undefined) return
    this.#options.track.push(this.#sampleAt(next.timestamp) - samples, made.ulaw, nowMs, made.wide)
  }

  #pass(ordered: OrderedSink, packet: Frame): void {
    const { payloadType, timestamp, payload, marker } = packet
    if (payloadType === this.#agreedType) ordered.audio(timestamp, payload, marker)
    else if (payloadType === this.#eventType || payloadType === this.#fallback?.receivePayloadType) {
      ordered.event(timestamp, payload, marker, this.#clockOfEvent(payloadType))
    }
  }

  #take(payloadType: number, timestamp: number, payload: Uint8Array, nowMs: number): void {
    if (payloadType === this.#audioType) {
      if (this.#events.active) this.#flushEvents(timestamp, nowMs)
      if (this.#decoder === undefined) {
        this.#options.track.push(timestamp, this.#alaw ? this.#toUlaw(payload) : payload, nowMs)
      } else this.#decode(this.#decoder, timestamp, payload, nowMs)
      const arrivedMs = this.#arrivals[((timestamp >>> 0) / this.#unitsPer10Ms) & (arrivalSlots - 1)] ?? nowMs
      this.#options.onDelay(Math.max(0, nowMs - arrivedMs), nowMs)
    } else if (payloadType === this.#eventType || payloadType === this.#fallback?.receivePayloadType) {
      this.#takeEvent(payloadType, timestamp, payload, nowMs)
    }
    // Comfort noise only says that silence goes on, and silence is what the track fills in.
    else if (payloadType !== this.#comfortNoise) this.#options.onUnknownPayload()
  }

  #decode(decoder: PayloadDecoder, timestamp: number, payload: Uint8Array, nowMs: number): void {
    const heard = decoder.decode(payload)
    if (heard === undefined) this.malformed += 1
    else this.#options.track.push(this.#sampleAt(timestamp), heard.ulaw, nowMs, heard.wide)
  }

  /** The place of an RTP timestamp on a timeline of 8 kHz. */
  #sampleAt(timestamp: number): number {
    return Math.floor(timestamp / this.#unitsPerSample)
  }

  #takeEvent(payloadType: number, timestamp: number, payload: Uint8Array, nowMs: number): void {
    this.#countEventsAt(this.#clockOfEvent(payloadType))
    this.#eventEnd = timestamp + (((payload[2] ?? 0) << 8) | (payload[3] ?? 0))
    this.#eventMs = nowMs
    this.#options.onEvent?.()
    this.#tell(this.#events.push(timestamp >>> 0, payload))
  }

  #clockOfEvent(payloadType: number): number {
    const isFallback = payloadType !== this.#eventType
    return (isFallback ? this.#fallback?.clockRateHz : undefined) ?? this.#agreedEventClockHz
  }

  #countEventsAt(clockHz: number): void {
    if (clockHz === this.#eventClockHz) return
    this.#eventClockHz = clockHz
    this.#events = eventReceiver({ clockRateHz: clockHz })
  }

  /** Tells a key press whose end was lost. Where events count in another clock than audio, their arrival is what tells. */
  #flushEvents(timestamp: number, nowMs: number): void {
    const since = Math.floor(((nowMs - this.#eventMs) * this.#eventClockHz) / 1_000)
    const now = this.#eventClockHz === this.#clockHz ? timestamp : this.#eventEnd + since
    this.#tell(this.#events.flush(now >>> 0))
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
    if (this.#ssrc !== undefined) this.#restart()
    this.#ssrc = ssrc
  }

  #restart(): void {
    this.#strayBefore += this.#reorder.duplicates + this.#reorder.late
    this.#lateBefore += this.#reorder.late
    this.#reorder = this.#newReorder()
    this.#decoder?.restart()
    this.#options.track.restart()
    this.#ordered?.restarted()
  }

  /** Follows a sender that goes over to another codec of those in its answer. */
  #switchCodec(payloadType: number): void {
    const other = this.#codecs.find((each) => each.receivePayloadType === payloadType)
    if (other !== undefined) this.#takeCodec(other)
  }

  /** A decoder of what was agreed; the one there goes on where it can, for it knows what came before. */
  #takeCodec(audio: AlternativeCodec): void {
    this.#audioType = audio.receivePayloadType
    this.#alaw = audio.codec === 'PCMA'
    if (audio.codec === this.#codec && audio.clockRateHz === this.#clockHz) return
    const sameClock = audio.clockRateHz === this.#clockHz
    this.#codec = audio.codec
    this.#decoder?.close()
    this.#decoder = payloadDecoder(audio)
    if (sameClock) return
    this.#clockHz = audio.clockRateHz
    this.#unitsPerSample = audio.clockRateHz / (1_000 * samplesPerMs)
    this.#unitsPer10Ms = audio.clockRateHz / 100
    this.#restart()
  }

  #newReorder(): ReorderBuffer {
    return reorderBuffer({
      clockRateHz: this.#clockHz,
      maxDelayMs: this.#options.reorderMs,
      maxPackets: maxHeldPackets,
      samplesOf: (payload, payloadType) => {
        if (payloadType !== this.#audioType) return 0
        return this.#decoder === undefined ? payload.length : this.#decoder.unitsOf(payload)
      },
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
