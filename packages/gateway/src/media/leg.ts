import type { LegId } from '#kernel'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { callerInput, type CallerInput, type PacketHeader } from './caller-input.ts'
import { callerTrack, samplesPerMs, type CallerTrack } from './caller-track.ts'
import type { LegStats } from './contract.ts'
import { delayHistogram } from './delay-histogram.ts'
import type { MediaWorkerDeps } from './deps.ts'
import { legRecording, type LegRecording } from './leg-recording.ts'
import { legStreams, type Label, type LegStreams, type StreamHost } from './leg-streams.ts'
import { pacer, type Pacer } from './pacer.ts'
import type { PacketMemory } from './packet-memory.ts'
import { rtcpSession, type RtcpSession } from './rtcp-session.ts'
import { rtpSender, type RtpSender } from './rtp-sender.ts'
import type { Paced, Scheduler } from './scheduler.ts'
import { SecureChannel } from './secure-channel.ts'
import { silenceWatch, type SilenceWatch } from './silence-watch.ts'
import { warnings, type Warnings } from './warnings.ts'

/** How often a leg looks at what needs no 20 ms precision: silence, RTCP, warnings. */
const careIntervalMs = 500
/** Silence takes the place of audio this long after reordering could have brought it. */
const lagBeyondReorderMs = 40
/** Audio that the gateway itself queues: an hour, far beyond any prompt. */
const maxPlayBytes = 60 * 60 * 1_000 * samplesPerMs

/** What the legs of a worker have in common. */
export interface SharedByLegs {
  readonly scheduler: Scheduler
  readonly memory: PacketMemory
}

/** One call's media in a worker: caller to track to taps, queue to pacer to caller. */
export class Leg implements Paced {
  readonly id: LegId
  readonly channel: SecureChannel
  readonly recording: LegRecording
  readonly streams: LegStreams
  slot = 0
  readonly #deps: MediaWorkerDeps
  readonly #scheduler: Scheduler
  readonly #epochMs: number
  readonly #warnings: Warnings
  readonly #rtp: RtpSender
  readonly #rtcp: RtcpSession
  readonly #track: CallerTrack
  readonly #input: CallerInput
  readonly #pacer: Pacer<Label>
  readonly #watch: SilenceWatch
  readonly #delays = delayHistogram()
  #connected = false
  #started = false
  #unknownPayloads = 0
  #nextCareMs = 0

  constructor(id: LegId, deps: MediaWorkerDeps, shared: SharedByLegs, onBroken: () => void) {
    this.id = id
    this.#deps = deps
    this.#scheduler = shared.scheduler
    const { clock, config, random, post } = deps
    this.#epochMs = clock.monotonicMs()
    this.#warnings = warnings((code, count) => post({ kind: 'warning', leg: id, code, count }))
    this.#rtp = rtpSender(random, shared.memory)
    this.#rtcp = rtcpSession(clock, Buffer.from(random.bytes(12)).toString('base64url'))
    this.#watch = silenceWatch(config.silenceTimeoutMs, this.#epochMs)
    this.channel = new SecureChannel(deps.srtpCrypto, {
      rtp: (packet, header) => this.#receive(packet, header),
      rtcp: (compound) => this.#rtcp.receive(compound, this.#rtp.ssrc, clock.monotonicMs()),
      broken: onBroken,
    })
    this.recording = legRecording({ ...deps, leg: id, epochMs: this.#epochMs })
    this.streams = legStreams({ ...deps, leg: id, warnings: this.#warnings, host: this.#streamHost() })
    this.#track = callerTrack({
      epochMs: this.#epochMs,
      lagMs: config.reorderMs + lagBeyondReorderMs,
      emit: (ulaw, position) => {
        this.streams.inbound(ulaw, position)
        this.recording.write(0, position, ulaw)
      },
    })
    this.#input = this.#callerInput()
    this.#pacer = pacer<Label>({
      frame: this.#rtp.frame,
      send: (atMs, audible) => this.#send(atMs, audible),
      pass: () => this.#rtp.skip(),
      reached: (label) => this.#answer(label, 'finished'),
    })
  }

  /** Starts media with what SDP agreed, or goes on with what it agrees now. */
  connect(audio: NegotiatedAudio): void {
    const nowMs = this.#deps.clock.monotonicMs()
    const { newSendKey } = this.channel.connect(audio)
    this.#rtp.configure(audio, newSendKey && this.#connected)
    this.#input.configure(audio)
    this.#watch.park(audio.direction !== 'sendrecv', nowMs)
    if (this.#connected) return
    this.#connected = true
    this.#watch.heard(nowMs)
    this.#pacer.start(nowMs)
    this.#scheduler.add(this)
  }

  play(play: number, ulaw: Uint8Array): void {
    this.#pacer.append(ulaw, maxPlayBytes, this.#deps.clock.monotonicMs())
    const label: Label = { kind: 'play', play }
    if (!this.#pacer.label(label)) this.#answer(label, 'stopped')
  }

  stopPlay(): void {
    for (const label of this.#pacer.clear()) this.#answer(label, 'stopped')
  }

  tick(nowMs: number): void {
    this.#pacer.tick(nowMs)
    this.#input.poll(nowMs)
    this.#track.fill(nowMs)
    if (nowMs < this.#nextCareMs) return
    this.#nextCareMs = nowMs + careIntervalMs
    this.#care(nowMs)
  }

  stats(): LegStats {
    const { rttMs, lost, jitterMs } = this.#rtcp
    const { packetsIn, packetsOut, dropped, moves } = this.channel
    const counted = {
      moved: moves,
      stray: this.#input.stray,
      'unknown-payload': this.#unknownPayloads,
      resyncs: this.#pacer.resyncs,
    }
    return {
      packetsIn,
      packetsOut,
      lost,
      jitterMs,
      ...(rttMs !== undefined && { rttMs }),
      dropped: { ...dropped, ...counted },
      toAppP50Ms: this.#delays.percentile(0.5),
      toAppP99Ms: this.#delays.percentile(0.99),
    }
  }

  /** Tells every warning that still waits for its time. */
  tellWarnings(): void {
    this.#warnings.flushAll()
  }

  /** Ends everything. Resolves once a recording that still ran is sealed; it is then reported as ended with the leg. */
  async close(): Promise<void> {
    this.#scheduler.remove(this)
    for (const label of this.#pacer.clear()) this.#answer(label, 'closed')
    this.streams.closeAll()
    if (this.#connected)
      this.channel.sendRtcp(this.#rtcp.goodbye(this.#sent(), this.#deps.clock.monotonicMs()))
    this.#connected = false
    this.channel.close()
    await this.recording.endWithLeg()
  }

  #receive(packet: Uint8Array, header: PacketHeader): void {
    const nowMs = this.#deps.clock.monotonicMs()
    if (!this.#started) this.#deps.post({ kind: 'media.started', leg: this.id })
    this.#started = true
    this.#watch.heard(nowMs)
    this.#rtcp.received(header.ssrc, header.sequence, header.timestamp, nowMs)
    this.#input.receive(packet, header, nowMs)
  }

  #send(atMs: number, audible: boolean): void {
    const position = this.#position(atMs)
    const { frame } = this.#rtp
    this.streams.outbound(frame, position)
    this.recording.write(1, position, frame)
    if (audible) this.streams.played()
    if (!this.channel.sends) this.#rtp.skip()
    else if (!this.channel.sendFrame(this.#rtp)) this.#warnings.count('srtp-key-used-up')
  }

  #position(ms: number): number {
    return Math.round((ms - this.#epochMs) * samplesPerMs)
  }

  #sent() {
    const aheadMs = this.#pacer.sentUntilMs - this.#deps.clock.monotonicMs()
    const { ssrc, packets, octets, timestamp } = this.#rtp
    return { ssrc, packets, octets, timestamp: (timestamp - Math.round(aheadMs * samplesPerMs)) >>> 0 }
  }

  #care(nowMs: number): void {
    const silentMs = this.#watch.check(nowMs)
    if (silentMs !== undefined) this.#deps.post({ kind: 'media.silent', leg: this.id, silentMs })
    const report = this.#rtcp.due(nowMs, () => this.#sent())
    if (report !== undefined) this.channel.sendRtcp(report)
    this.#warnings.flush(nowMs)
  }

  #answer(label: Label, why: 'finished' | 'stopped' | 'closed'): void {
    switch (label.kind) {
      case 'mark':
        return label.stream.connection.sendMark(label.name)
      case 'play':
        return this.#deps.post({ kind: 'play.done', leg: this.id, play: label.play, why })
    }
  }

  #callerInput(): CallerInput {
    const { post, config } = this.#deps
    return callerInput({
      reorderMs: config.reorderMs,
      track: this.#track,
      onDigit: ({ digit, durationMs }) => {
        this.streams.digit(digit)
        post({ kind: 'dtmf', leg: this.id, digit, durationMs })
      },
      onUnknownPayload: () => (this.#unknownPayloads += 1),
      onDelay: (delayMs, nowMs) => this.#delays.record(delayMs, nowMs),
    })
  }

  #streamHost(): StreamHost {
    return {
      inboundSamples: () => this.#track.endSamples,
      outboundSamples: () => this.#position(this.#pacer.sentUntilMs),
      play: (ulaw, limitBytes) => this.#pacer.append(ulaw, limitBytes, this.#deps.clock.monotonicMs()),
      label: (label) => this.#pacer.label(label),
      clear: () => this.stopPlay(),
      silence: () => this.#forgetStream(),
    }
  }

  /** What an ended stream left unsaid is dropped, unless prompts of the gateway wait in the same queue. */
  #forgetStream(): void {
    if (!this.#pacer.hasLabel((label) => label.kind === 'play')) this.#pacer.clear()
  }
}
