import { rtpHeaderLength, writeRtpHeader } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { markedPayload, readMark, writeMark } from './frame-mark.ts'
import type { LoadMeasures } from './load-measure.ts'
import type { TickedLeg } from './slot-scheduler.ts'
import { srtpContexts, type SrtpContexts } from './srtp-contexts.ts'

export interface LoadLegOptions {
  /** Which call, as it stands in its marks. */
  readonly call: number
  readonly audio: NegotiatedAudio
  readonly measures: LoadMeasures
  /**
   * The legs of a run whose calls are bridged in pairs, by call: a frame is looked for at the other leg of its pair, which is
   * the one whose frames come here first. Without it a frame is looked for where it was sent.
   */
  readonly pairs?: ReadonlyMap<number, LoadLeg>
  /** Its first frames do not count: nobody listens yet. Default 0. */
  readonly uncounted?: number
  /** Sends to the gateway; borrows the datagram until the next frame. */
  readonly send: (datagram: Uint8Array, port: number, address: string) => void
}

const headerBytes = 12
const payloadBytes = 160
const samplesPerFrame = 160
const trailerBytes = 32 // authentication tag
const remembered = 512 // frames: an echo that takes longer than ten seconds is lost

/** The audio of one call of a load run: marked frames go out, and are looked for among what comes. */
export class LoadLeg implements TickedLeg {
  readonly #options: LoadLegOptions
  readonly #contexts: SrtpContexts
  readonly #packet = new Uint8Array(headerBytes + payloadBytes + trailerBytes)
  readonly #plain = this.#packet.subarray(0, headerBytes + payloadBytes)
  readonly #payload = this.#packet.subarray(headerBytes, headerBytes + payloadBytes)
  readonly #filler = markedPayload(payloadBytes)
  readonly #header = { payloadType: 0, marker: false, sequence: 0, timestamp: 0, ssrc: 0 }
  /** When each frame was sent, 0 once it arrived or if it does not count. */
  readonly #sentMs = new Float64Array(remembered)
  readonly #sentFrame = new Uint32Array(remembered)
  /** Whose frames come here. */
  #from: number | undefined
  #frame = 0

  constructor(options: LoadLegOptions) {
    this.#options = options
    this.#contexts = srtpContexts(options.audio)
    this.#header.payloadType = options.audio.sendPayloadType
    this.#header.ssrc = 0x10000 + options.call
    if (options.pairs === undefined) this.#from = options.call
  }

  tick(nowMs: number, time: number): void {
    const { call, measures, send, audio } = this.#options
    const measure = measures.current
    const frame = (this.#frame += 1)
    this.#payload.set(this.#filler)
    writeMark(this.#payload, call, frame)
    this.#header.sequence = frame & 0xffff
    this.#header.timestamp = (time * samplesPerFrame) >>> 0
    writeRtpHeader(this.#packet, this.#header)
    const sealed = this.#contexts.send.sealRtp(this.#plain, this.#packet)
    if (sealed === undefined) return
    this.#sentFrame[frame % remembered] = frame
    const counts = measure.measuring && frame > (this.#options.uncounted ?? 0)
    this.#sentMs[frame % remembered] = counts ? nowMs : 0
    if (counts) measure.framesSent += 1
    send(sealed, audio.remote.port, audio.remote.address)
  }

  /** Takes an RTP datagram from the gateway; overwrites it. */
  receive(datagram: Uint8Array, nowMs: number): void {
    const { call, measures, pairs } = this.#options
    const measure = measures.current
    const opened = this.#contexts.receive.openRtp(datagram)
    if (!opened.ok) {
      measure.packetsRefused += 1
      return
    }
    const mark = readMark(opened.packet, rtpHeaderLength(opened.packet) ?? headerBytes)
    if (mark === undefined) {
      if (measure.measuring) measure.framesUnmarked += 1
      return
    }
    if (mark.call !== call) this.#from ??= mark.call
    if (mark.call !== this.#from) measure.framesMisrouted += 1
    else if (pairs === undefined) this.arrived(mark.frame, nowMs)
    else pairs.get(mark.call)?.arrived(mark.frame, nowMs)
  }

  /** One of this leg's frames came to where it was wanted. */
  arrived(frame: number, nowMs: number): void {
    const measure = this.#options.measures.current
    const slot = frame % remembered
    const sentMs = this.#sentMs[slot] ?? 0
    if (sentMs === 0 || this.#sentFrame[slot] !== frame) return
    this.#sentMs[slot] = 0
    measure.framesReturned += 1
    measure.rtt.add(nowMs - sentMs)
  }
}
