import type { DtmfDigit } from '@voxkeep/wire/dtmf'
import { classify, parseRtp } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { Opened } from '@voxkeep/wire/srtp'
import type { SoftphoneClock } from './clock.ts'
import { startFrameTimer } from './frame-timer.ts'
import { mediaReceiver, playedFrameMs, type MediaReceiver } from './media-receiver.ts'
import { mediaSender, type MediaSender } from './media-sender.ts'
import { openMediaSockets, type MediaSockets } from './media-sockets.ts'
import type { MediaStats } from './media-stats.ts'
import { rtcpReporter, type RtcpReporter } from './rtcp-reporter.ts'
import { srtpContexts, type SrtpContexts } from './srtp-contexts.ts'
import type { SpeechReader } from './speech.ts'

export interface CallMedia {
  readonly rtpPort: number
  /** Starts the audio, or goes on with it as renegotiated. */
  connect(audio: NegotiatedAudio): void
  press(digit: DtmfDigit, durationMs: number): void
  /** Plays the key's tones in place of speech, once the ones before it are over. */
  pressAloud(digit: DtmfDigit, durationMs: number): void
  readonly stats: MediaStats
  /** Sends RTCP BYE and closes the sockets; the statistics stay. */
  close(): void
}

export interface CallMediaOptions {
  readonly address: string
  readonly clock: SoftphoneClock
  readonly speech: SpeechReader
  /** Each 20 ms that are heard; owned by the callee. */
  readonly onHeard: (samples: Int16Array) => void
  /** Given the payload of each authentic audio packet as it arrives; borrowed. */
  readonly onPayload?: (payload: Uint8Array) => void
  /** Given each SRTP packet as it is sent, and where to; owned by the callee. */
  readonly onSent?: (datagram: Uint8Array, to: { readonly address: string; readonly port: number }) => void
  /** Stands between the phone and the network: only what it passes to `send`, when it does, leaves. */
  readonly onWire?: (datagram: Uint8Array, send: (datagram: Uint8Array) => void) => void
}

const reportEveryMs = 5_000 // RFC 3550 §6.2
const maxDatagramBytes = 2_048

/** Opens the ports of one call's audio. */
export async function openCallMedia(options: CallMediaOptions): Promise<CallMedia> {
  const media = new Media(options)
  media.sockets = await openMediaSockets(options.address, (datagram) => media.receive(datagram))
  return media
}

class Media implements CallMedia {
  sockets: MediaSockets | undefined
  readonly #options: CallMediaOptions
  readonly #sender: MediaSender
  readonly #receiver: MediaReceiver
  readonly #rtcp: RtcpReporter
  readonly #sealed = new Uint8Array(maxDatagramBytes)
  readonly #dropped: Record<string, number> = {}
  readonly #stops: (() => void)[] = []
  #contexts: SrtpContexts | undefined

  constructor(options: CallMediaOptions) {
    this.#options = options
    const audio = () => this.#audio
    this.#sender = mediaSender(options.speech, audio)
    this.#receiver = mediaReceiver(audio)
    this.#rtcp = rtcpReporter(this.#sender, this.#receiver)
  }

  get rtpPort(): number {
    return this.sockets?.rtpPort ?? 0
  }

  connect(audio: NegotiatedAudio): void {
    const isFirst = this.#contexts === undefined
    this.#contexts = srtpContexts(audio, this.#contexts)
    if (!isFirst) return
    const { clock } = this.#options
    this.#stops.push(
      startFrameTimer(clock, audio.ptimeMs, () => this.#send()),
      startFrameTimer(clock, playedFrameMs, () => this.#play()),
      startFrameTimer(clock, reportEveryMs, () => this.#report()),
    )
  }

  press(digit: DtmfDigit, durationMs: number): void {
    this.#sender.press(digit, durationMs)
  }

  pressAloud(digit: DtmfDigit, durationMs: number): void {
    this.#sender.pressAloud(digit, durationMs)
  }

  receive(datagram: Uint8Array): void {
    const receiver = this.#contexts?.receive
    const kind = classify(datagram)
    if (receiver === undefined || (kind !== 'rtp' && kind !== 'rtcp')) return this.#drop(kind)
    const { clock } = this.#options
    if (kind === 'rtp') {
      this.#take(receiver.openRtp(datagram), (packet) => this.#hear(packet, clock.monotonicMs()))
    } else {
      this.#take(receiver.openRtcp(datagram), (packet) => this.#rtcp.receive(packet, clock.now()))
    }
  }

  get stats(): MediaStats {
    const { packets: packetsSent } = this.#sender
    const { packets: packetsReceived, framesConcealed, reception } = this.#receiver
    const { rttMs, received: rtcpReceived } = this.#rtcp
    const { lost: packetsLost, jitterMs } = reception
    const counts = { packetsSent, packetsReceived, packetsLost, framesConcealed, rtcpReceived }
    return { ...counts, jitterMs, dropped: { ...this.#dropped }, ...(rttMs !== undefined && { rttMs }) }
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop()
    if (this.#contexts !== undefined) this.#sendRtcp(this.#rtcp.goodbye(this.#options.clock.now()))
    this.sockets?.close()
  }

  get #audio(): NegotiatedAudio {
    if (this.#contexts === undefined) throw new TypeError('audio was asked for before it was agreed')
    return this.#contexts.audio
  }

  #take(opened: Opened, take: (packet: Uint8Array) => void): void {
    if (opened.ok) take(opened.packet)
    else this.#drop(opened.reason)
  }

  #hear(packet: Uint8Array, nowMs: number): void {
    const { onPayload } = this.#options
    const rtp = onPayload && parseRtp(packet)
    if (rtp?.payloadType === this.#audio.receivePayloadType) onPayload?.(rtp.payload)
    this.#receiver.push(packet, nowMs)
  }

  #drop(reason: string): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1
  }

  #send(): void {
    const { remote, direction } = this.#audio
    if (direction !== 'sendrecv' && direction !== 'sendonly') return
    const sealed = this.#contexts?.send.sealRtp(this.#sender.next(), this.#sealed)
    if (sealed === undefined) return
    const send = (datagram: Uint8Array) => this.sockets?.sendRtp(datagram, remote.port, remote.address)
    if (this.#options.onWire === undefined) send(sealed.slice())
    else this.#options.onWire(sealed.slice(), send)
    this.#options.onSent?.(sealed.slice(), remote)
  }

  #play(): void {
    const samples = this.#receiver.pull()
    if (samples !== undefined) this.#options.onHeard(samples)
  }

  #report(): void {
    if (this.#sender.packets > 0) this.#sendRtcp(this.#rtcp.report(this.#options.clock.now()))
  }

  #sendRtcp(compound: Uint8Array): void {
    const { remote } = this.#audio
    const sealed = this.#contexts?.send.sealRtcp(compound, this.#sealed)?.slice()
    if (sealed === undefined) return
    if (remote.rtcpMux) this.sockets?.sendRtp(sealed, remote.port, remote.address)
    else this.sockets?.sendRtcp(sealed, remote.rtcpPort, remote.address)
  }
}
