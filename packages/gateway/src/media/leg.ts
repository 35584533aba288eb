import type { LegId } from '#kernel'
import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { alertBeep } from './alert-beep.ts'
import { callerInput, type CallerInput, type PacketHeader } from './caller-input.ts'
import { callerTrack, frameSamples, samplesPerMs, type CallerTrack } from './caller-track.ts'
import type { InbandDigits, LegStats, Rollover, SrtpPositions } from './contract.ts'
import { delayHistogram } from './delay-histogram.ts'
import type { MediaWorkerDeps } from './deps.ts'
import { keyPresser, type KeyPresser } from './key-presser.ts'
import { keyWear } from './key-wear.ts'
import { legBridge, type BridgeHost, type LegBridge } from './leg-bridge.ts'
import { legKeys, type LegKeys, type LegKeysOptions } from './leg-keys.ts'
import { legListener, type LegListener } from './leg-listener.ts'
import { legMeter, type LegMeter } from './leg-meter.ts'
import { legRecording, type LegRecording } from './leg-recording.ts'
import { legStreams, type Label, type LegStreams, type StreamHost } from './leg-streams.ts'
import { hearingWatch } from './hearing-watch.ts'
import { legStats, sentUntil } from './leg-stats.ts'
import { legQuality, type LegQuality } from './leg-quality.ts'
import { pacer, type Pacer } from './pacer.ts'
import type { PacketMemory } from './packet-memory.ts'
import { bandOf } from './payload-codec.ts'
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

const silentFrame = new Uint8Array(frameSamples).fill(ULAW_SILENCE)

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
  readonly listener: LegListener
  readonly meter: LegMeter
  readonly keys: LegKeys
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
  readonly #bridge: LegBridge
  readonly #hearing = hearingWatch()
  readonly #quality: LegQuality
  readonly #beep = alertBeep()
  readonly #wear = keyWear()
  readonly #presser: KeyPresser
  #audio: NegotiatedAudio | undefined
  /** Where the audio that the leg's taps were told it hears ends. */
  #heardUntil = 0
  /** The track is filling in what nobody said. */
  #filling = false
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
    const cname = Buffer.from(random.bytes(12)).toString('base64url')
    this.#rtcp = rtcpSession({ clock, cname, hearing: this.#hearing })
    this.#watch = silenceWatch(config.silenceTimeoutMs, this.#epochMs)
    this.channel = new SecureChannel(deps.srtpCrypto, () => clock.monotonicMs(), {
      rtp: (packet, header) => this.#receive(packet, header),
      rtcp: (compound) => this.#receiveReport(compound),
      peerKeyUsedUp: () => this.#warnings.count('srtp-peer-key-used-up'),
      broken: onBroken,
    })
    this.#quality = legQuality({
      rtcp: this.#rtcp,
      hearing: this.#hearing,
      late: () => this.#input.late,
      bufferMs: () => this.#delays.percentile(0.5),
      tell: (condition, mos) => post({ kind: 'media.condition', leg: id, condition, mos }),
    })
    this.recording = legRecording({ ...deps, leg: id, epochMs: this.#epochMs })
    this.listener = legListener({ ...deps, leg: id })
    this.meter = legMeter({ ...deps, leg: id, streams: () => this.streams.counts() })
    this.streams = legStreams({ ...deps, leg: id, warnings: this.#warnings, host: this.#streamHost() })
    this.keys = legKeys(this.#keysHost())
    this.#track = callerTrack({
      epochMs: this.#epochMs,
      lagMs: config.reorderMs + lagBeyondReorderMs,
      emit: (ulaw, position, wide) => {
        if (!this.#filling) this.#quality.heard(ulaw)
        this.keys.frame(ulaw, position, this.#filling, wide)
      },
    })
    this.#pacer = pacer<Label>({
      frame: this.#rtp.frame,
      wide: this.#rtp.wide,
      send: (atMs, audible, isWide) => this.#send(atMs, audible, isWide),
      pass: () => this.#rtp.skip(),
      live: () => this.#bridge.pull(this.#rtp.frame),
      carried: (nowMs) => this.#bridge.carried(nowMs),
      reached: (label) => this.#answer(label, 'finished'),
    })
    this.#presser = keyPresser({
      nowMs: () => clock.monotonicMs(),
      events: () => this.#audio?.dtmf,
      append: (ulaw) => void this.#pacer.append(ulaw, maxPlayBytes, clock.monotonicMs()),
      after: (step) => void this.#pacer.label({ kind: 'press', step }),
      timestamp: () => this.#rtp.timestamp,
      send: (event) => this.channel.sendEvent(event, this.#rtp) || this.#warnings.count('srtp-key-used-up'),
    })
    this.#bridge = legBridge(this.#bridgeHost())
    this.#input = this.#callerInput()
  }

  /** Starts media with what SDP agreed, or goes on with what it agrees now. */
  connect(
    audio: NegotiatedAudio,
    o: { rollover?: Rollover; before?: SrtpPositions; inbandDigits?: InbandDigits } = {},
  ): void {
    const { rollover = 'auto', before, inbandDigits = 'auto' } = o
    const nowMs = this.#deps.clock.monotonicMs()
    this.#audio = audio
    this.#bridge.configure(audio)
    const { newSendKey } = this.channel.connect(audio, rollover, before)
    this.#rtp.configure(audio, newSendKey && this.#connected)
    if (newSendKey) this.#wear.renewed()
    this.#rtcp.configure(audio.clockRateHz)
    this.#input.configure(audio)
    this.keys.configure(audio, inbandDigits)
    this.#watch.park(audio.direction !== 'sendrecv', nowMs)
    this.#quality.configure(audio)
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

  /** Presses keys towards the leg's peer, after what is queued; `play.done` follows. */
  press(play: number, keys: string): void {
    this.#presser.press(keys)
    const label: Label = { kind: 'play', play }
    if (!this.#pacer.label(label)) this.#answer(label, 'stopped')
  }

  /** Carries audio to and from `peer`, a leg of the same worker, until either is bridged anew, unbridged or closed. */
  bridge(peer: Leg): void {
    this.#bridge.join(peer.#bridge)
  }

  /** From here on this leg and the one it was bridged with hear their queues, or silence. */
  unbridge(): void {
    this.#bridge.part()
  }

  /** A short tone over whatever the leg hears. */
  beep(): void {
    this.#beep.start()
  }

  /** Returns how many milliseconds were thrown away. */
  stopPlay(): number {
    const { bufferedBytes } = this.#pacer
    this.streams.cleared(bufferedBytes)
    for (const label of this.#pacer.clear()) this.#answer(label, 'stopped')
    this.#presser.cut()
    return bufferedBytes / samplesPerMs
  }

  tick(nowMs: number): void {
    this.#pacer.tick(nowMs)
    this.#input.poll(nowMs)
    this.#filling = true
    this.#track.fill(nowMs)
    this.#filling = false
    if (nowMs < this.#nextCareMs) return
    this.#nextCareMs = nowMs + careIntervalMs
    this.#care(nowMs)
  }

  stats(): LegStats {
    const counted = {
      stray: this.#input.stray,
      'unknown-payload': this.#unknownPayloads,
      'malformed-payload': this.#input.malformed,
      resyncs: this.#pacer.resyncs,
    }
    const [rtcp, quality, channel, delays] = [this.#rtcp, this.#quality, this.channel, this.#delays]
    return legStats({ rtcp, quality, channel, delays, counted })
  }

  /** Tells every warning that still waits for its time. */
  tellWarnings(): void {
    this.#warnings.flushAll()
  }

  /** Ends everything. Resolves once a recording that still ran is sealed; it is then reported as ended with the leg. */
  async close(): Promise<void> {
    this.unbridge()
    this.#scheduler.remove(this)
    this.streams.cleared(this.#pacer.bufferedBytes)
    for (const label of this.#pacer.clear()) this.#answer(label, 'closed')
    this.#presser.cut()
    this.streams.closeAll()
    this.listener.listen(false)
    this.keys.close()
    if (this.#connected)
      this.channel.sendRtcp(this.#rtcp.goodbye(this.#sent(), this.#deps.clock.monotonicMs()))
    this.#connected = false
    this.channel.close()
    this.#input.close()
    this.#rtp.close()
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

  #receiveReport(compound: Uint8Array): void {
    const nowMs = this.#deps.clock.monotonicMs()
    this.#rtcp.receive(compound, this.#rtp, nowMs)
    // A peer that pauses (DTX) lives as long as it reports.
    if (this.#audio?.silenceSuppression === true) this.#watch.heard(nowMs)
  }

  #send(atMs: number, audible: boolean, hasCompanion: boolean): void {
    const { frame, wide } = this.#rtp
    // A frame that something is done to has no companion.
    const isWide = hasCompanion && !this.#beep.isOn && !this.#presser.isSounding
    this.#beep.mix(frame)
    // While packets of a bridge pass, their audio is what is heard, and silence only stands in for them.
    const heard = this.#presser.isSounding ? silentFrame : frame
    if (audible || !this.#bridge.passed) this.#hear(heard, this.#position(atMs), isWide ? wide : undefined)
    if (audible) this.streams.played()
    if (!this.channel.sends) this.#rtp.skip()
    else if (!this.channel.sendFrame(this.#rtp, isWide)) this.#warnings.count('srtp-key-used-up')
  }

  /** Tells the taps what the leg hears. */
  #hear(ulaw: Uint8Array, position: number, wide?: Int16Array): void {
    this.#heardUntil = position + frameSamples
    this.streams.outbound(ulaw, position, wide)
    this.listener.frame(1, position, ulaw)
    this.meter.frame(1, position, ulaw)
    this.recording.write(1, position, ulaw)
  }

  #position(ms: number): number {
    return Math.round((ms - this.#epochMs) * samplesPerMs)
  }

  #sent() {
    return sentUntil(this.#rtp, this.#pacer.sentUntilMs - this.#deps.clock.monotonicMs())
  }

  #care(nowMs: number): void {
    const silentMs = this.#watch.check(nowMs)
    if (silentMs !== undefined) this.#deps.post({ kind: 'media.silent', leg: this.id, silentMs })
    const report = this.#rtcp.due(nowMs, () => this.#sent())
    if (report !== undefined) this.channel.sendRtcp(report)
    this.#quality.check(nowMs)
    if (this.#wear.isDue(this.channel.keyLeft)) this.#warnings.count('srtp-rekey-due')
    this.#warnings.flush(nowMs)
  }

  #answer(label: Label, why: 'finished' | 'stopped' | 'closed'): void {
    switch (label.kind) {
      case 'mark':
        return this.streams.reached(label, why === 'finished')
      case 'play':
        return this.#deps.post({ kind: 'play.done', leg: this.id, play: label.play, why })
      case 'press':
        if (why === 'finished') label.step()
    }
  }

  #callerInput(): CallerInput {
    const { config } = this.#deps
    return callerInput({
      reorderMs: config.reorderMs,
      track: this.#track,
      ordered: this.#bridge.ordered,
      onEvent: () => this.keys.eventPacket(),
      onDigit: (event) => this.keys.pressed('event', event),
      onUnknownPayload: () => (this.#unknownPayloads += 1),
      onDelay: (delayMs, nowMs) => this.#delays.record(delayMs, nowMs),
    })
  }

  #keysHost(): LegKeysOptions {
    const { clock, post } = this.#deps
    const leg = this.id
    return {
      taps: {
        streams: (ulaw, position, wide) => this.streams.inbound(ulaw, position, wide),
        listening: (ulaw, position) => {
          this.listener.frame(0, position, ulaw)
          this.meter.frame(0, position, ulaw)
        },
        recording: (ulaw, position) => this.recording.write(0, position, ulaw),
        bridge: (ulaw, position, made) => this.#bridge.frame(ulaw, position, made),
      },
      nowMs: () => clock.monotonicMs(),
      endSamples: () => this.#track.endSamples,
      nowSamples: () => this.#position(clock.monotonicMs()),
      isEventOpen: () => this.#input.isEventOpen,
      mayEcho: () => this.#presser.mayEcho,
      plain: ({ digit, durationMs }) => {
        this.streams.digit(digit, durationMs)
        post({ kind: 'dtmf', leg, digit, durationMs })
      },
      secret: ({ digit, durationMs }, by) => post({ kind: 'secure.digit', leg, digit, durationMs, by }),
      changed: (room) => {
        this.#bridge.guard(room !== undefined)
        this.streams.secure(room?.streams)
        this.recording.mark('secure', room?.recording === 'nothing')
      },
    }
  }

  #bridgeHost(): BridgeHost {
    return {
      epochMs: this.#epochMs,
      nowMs: () => this.#deps.clock.monotonicMs(),
      audio: () => this.#audio,
      pacer: this.#pacer,
      relay: (packet) => {
        if (!this.channel.relay(packet, this.#rtp)) this.#warnings.count('srtp-key-used-up')
      },
      relayAnew: () => this.#rtp.relayAnew(),
      isMixing: () => this.#beep.isOn,
      heardUntil: () => this.#heardUntil,
      hear: (ulaw, position) => this.#hear(ulaw, position),
    }
  }

  #streamHost(): StreamHost {
    return {
      inboundSamples: () => this.#track.endSamples,
      outboundSamples: () => this.#position(this.#pacer.sentUntilMs),
      play: (ulaw, limitBytes, wide) => {
        const companion = this.#rtp.isWideband ? wide : undefined
        return this.#pacer.append(ulaw, limitBytes, this.#deps.clock.monotonicMs(), companion)
      },
      band: () => bandOf(this.#audio),
      expectWide: () => this.#rtp.expectWide(),
      label: (label) => this.#pacer.label(label),
      clear: () => this.stopPlay(),
      waitingMs: () => this.#pacer.bufferedBytes / samplesPerMs,
      silence: () => this.#forgetStream(),
    }
  }

  /** What an ended stream left unsaid is dropped, unless prompts of the gateway wait in the same queue. */
  #forgetStream(): void {
    if (!this.#pacer.hasLabel((label) => label.kind === 'play')) this.#pacer.clear()
  }
}
