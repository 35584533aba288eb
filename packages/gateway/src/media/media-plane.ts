import { Worker } from 'node:worker_threads'
import type { Clock, Config, LegId, Log, StreamId } from '#kernel'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type {
  FromMedia,
  InbandDigits,
  LegStats,
  RecordingSpec,
  Rollover,
  SealedSummary,
  SecureRoom,
  SrtpPositions,
  StreamSpec,
  StreamWay,
  ToMedia,
} from './contract.ts'
import type { MediaWorkerConfig } from './deps.ts'
import { MediaError } from './media-error.ts'
import { partitionPorts } from './port-pool.ts'
import { workerLink, type Port, type WorkerLink } from './worker-link.ts'

export type PlayEnd = 'finished' | 'stopped' | 'closed'

/** How a leg's media is started. */
export interface ConnectOptions {
  /** What a new key of the peer does to its counter; default `auto`. */
  readonly rollover?: Rollover
  /** How far the peer had come, when other media of this leg's end here. */
  readonly before?: SrtpPositions
  /** Whether its keys are heard as tones; default `auto`. */
  readonly inbandDigits?: InbandDigits
}

/**
 * The media of all calls, in worker threads. A leg lives in the worker that opened it. When a worker dies, its legs
 * are reported silent and its place is taken by a new one; the legs themselves are lost.
 */
export interface MediaPlane extends AsyncDisposable {
  /**
   * Binds ports for a leg, in the worker of `near` when there is such a leg: only legs of one worker can be bridged. Rejects
   * with `MediaError` `PORTS_EXHAUSTED` or `BIND_FAILED`.
   */
  open(leg: LegId, near?: LegId): Promise<{ rtpPort: number }>
  /** Starts media, or goes on with what SDP agrees now. */
  connect(leg: LegId, audio: NegotiatedAudio, o?: ConnectOptions): void
  /** How far the leg's peer has come under its SRTP key, for a leg that takes its place. */
  positions(leg: LegId): Promise<SrtpPositions>
  /** Carries audio between two legs, both ways, until `unbridge` or until either closes; a bridge that either had ends. */
  bridge(a: LegId, b: LegId): void
  unbridge(leg: LegId): void
  close(leg: LegId): void
  /** Queues µ-law audio; resolves when it was played or stopped, and never rejects. */
  play(leg: LegId, ulaw: Uint8Array): Promise<PlayEnd>
  /** Presses keys after what is queued; resolves as `play` does. Whatever stops what plays stops them. */
  press(leg: LegId, digits: string): Promise<PlayEnd>
  stopPlay(leg: LegId): void
  /** A key press came by signalling: it is told as `dtmf`, or `secure.digit`, unless the same one came by RTP too. */
  tellDigit(leg: LegId, digit: string, durationMs: number): void
  openStream(leg: LegId, spec: StreamSpec): void
  closeStream(leg: LegId, stream: StreamId): void
  /** Takes a stream up again whose connection broke (`stream.lost`). */
  resumeStream(leg: LegId, stream: StreamId, way: StreamWay): void
  /** Tells the app something over its stream, as the stream's wire does that: small, and JSON. */
  tellStream(leg: LegId, stream: StreamId, message: object): void
  /** Resolves once the recording exists durably. Rejects with `MediaError`. */
  startRecording(leg: LegId, spec: RecordingSpec): Promise<void>
  /** `skipped`: whoever plays the recording is to skip what is silent. */
  pauseRecording(leg: LegId, skipped?: boolean): void
  resumeRecording(leg: LegId): void
  stopRecording(leg: LegId): Promise<SealedSummary>
  /** Overwrites a stretch of a channel that is not sealed yet in the leg's recording, and not heard yet by streams that wait. */
  redact(
    leg: LegId,
    span: {
      readonly channel: 0 | 1
      readonly fromSamples: number
      readonly toSamples: number
      readonly why: string
      /** `recording`: the positions count from the recording's beginning instead of the leg's. `streams`: those that wait, and no recording. */
      readonly of?: 'leg' | 'recording' | 'streams'
    },
  ): void
  /** Everything of the channel before this was judged: it may be sealed, and heard by streams that wait for it. */
  judged(leg: LegId, channel: 0 | 1, throughSamples: number): void
  /** Makes the leg's keys secret, or plain again with null. Resolves when they are; rejects when the leg is none any more. */
  secure(leg: LegId, room: SecureRoom | null): Promise<void>
  /** Reports what is said on the leg as `heard`. */
  listen(leg: LegId, on: boolean): void
  /** Reports how loud the leg's two sides are, as `level`. */
  meter(leg: LegId, on: boolean): void
  /** A short tone over whatever the leg hears. */
  beep(leg: LegId): void
  stats(leg: LegId): Promise<LegStats>
  /** Reports what happens on the leg, also after its end; the returned function stops it. */
  onLeg(leg: LegId, handler: (event: FromMedia) => void): () => void
}

export interface MediaPlaneOptions {
  readonly config: Config['media']
  readonly workers: number
  readonly clock: Clock
  readonly log: Log
  /** What is no leg's business: `metrics`. */
  readonly onEvent: (event: FromMedia) => void
  readonly workerFile: URL
  /** Makes a thread; tests give their own. */
  readonly spawn?: (file: URL, config: MediaWorkerConfig) => Port
}

/** A worker that keeps dying is not restarted faster than this. */
const restartDelayMs = 1_000

/** Starts the workers; resolves when each is ready. */
export async function startMediaPlane(options: MediaPlaneOptions): Promise<MediaPlane> {
  const plane = new Plane(options)
  await plane.ready()
  return plane
}

interface Seat {
  readonly worker: WorkerSlot
  readonly plays: Map<number, (why: PlayEnd) => void>
}

interface WorkerSlot {
  readonly config: MediaWorkerConfig
  link: WorkerLink
  legs: number
}

class Plane implements MediaPlane {
  readonly #options: MediaPlaneOptions
  readonly #slots: WorkerSlot[]
  readonly #seats = new Map<LegId, Seat>()
  readonly #handlers = new Map<LegId, Set<(event: FromMedia) => void>>()
  #nextPlay = 1
  #closed = false

  constructor(options: MediaPlaneOptions) {
    this.#options = options
    const { config, workers } = options
    this.#slots = partitionPorts(config, workers).map((range) => {
      const { host, portDrainMs, silenceTimeoutMs, reorderMs, ffi } = config
      const own = { ...range, host, portDrainMs, silenceTimeoutMs, reorderMs, ffi }
      const slot: WorkerSlot = { config: own, link: undefined as unknown as WorkerLink, legs: 0 }
      slot.link = this.#start(slot)
      return slot
    })
  }

  async ready(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.link.ready))
  }

  async open(leg: LegId, near?: LegId): Promise<{ rtpPort: number }> {
    const neighbour = near === undefined ? undefined : this.#seats.get(near)?.worker
    const worker = neighbour?.link.alive === true ? neighbour : this.#leastLoaded()
    if (worker === undefined) throw new MediaError('WORKER_DIED', 'no media worker is running')
    this.#seats.set(leg, { worker, plays: new Map() })
    worker.legs += 1
    try {
      const value = await worker.link.request({ kind: 'leg.open', leg })
      if (value?.kind !== 'port') throw new MediaError('BIND_FAILED', 'the worker gave no port')
      return { rtpPort: value.rtpPort }
    } catch (error) {
      this.#forget(leg)
      throw error
    }
  }

  connect(leg: LegId, audio: NegotiatedAudio, o: ConnectOptions = {}): void {
    this.#link(leg)?.post({ kind: 'leg.connect', leg, audio, rollover: 'auto', ...o })
  }

  bridge(a: LegId, b: LegId): void {
    if (this.#seats.get(a)?.worker !== this.#seats.get(b)?.worker) {
      // Only after the worker of one died: the legs it had are over, and their calls were told so.
      return this.#options.log.warn('legs of two media workers cannot be bridged', { leg: a, peer: b })
    }
    this.#link(a)?.post({ kind: 'bridge', leg: a, peer: b })
  }

  unbridge(leg: LegId): void {
    this.#link(leg)?.post({ kind: 'unbridge', leg })
  }

  close(leg: LegId): void {
    this.#link(leg)?.post({ kind: 'leg.close', leg })
    this.#forget(leg)
  }

  play(leg: LegId, ulaw: Uint8Array): Promise<PlayEnd> {
    return this.#queue(leg, (play) => ({ kind: 'play', leg, play, ulaw }))
  }

  press(leg: LegId, digits: string): Promise<PlayEnd> {
    return this.#queue(leg, (play) => ({ kind: 'press', leg, play, digits }))
  }

  #queue(leg: LegId, message: (play: number) => ToMedia): Promise<PlayEnd> {
    const seat = this.#seats.get(leg)
    if (seat === undefined) return Promise.resolve('closed')
    const play = this.#nextPlay++
    const ended = Promise.withResolvers<PlayEnd>()
    seat.plays.set(play, ended.resolve)
    seat.worker.link.post(message(play))
    return ended.promise
  }

  stopPlay(leg: LegId): void {
    this.#link(leg)?.post({ kind: 'play.stop', leg })
  }

  tellDigit(leg: LegId, digit: string, durationMs: number): void {
    this.#link(leg)?.post({ kind: 'digit', leg, digit, durationMs })
  }

  openStream(leg: LegId, stream: StreamSpec): void {
    this.#link(leg)?.post({ kind: 'stream.open', leg, stream })
  }

  closeStream(leg: LegId, stream: StreamId): void {
    this.#link(leg)?.post({ kind: 'stream.close', leg, stream })
  }

  resumeStream(leg: LegId, stream: StreamId, way: StreamWay): void {
    this.#link(leg)?.post({ kind: 'stream.resume', leg, stream, way })
  }

  tellStream(leg: LegId, stream: StreamId, message: object): void {
    this.#link(leg)?.post({ kind: 'stream.tell', leg, stream, message })
  }

  async startRecording(leg: LegId, recording: RecordingSpec): Promise<void> {
    await this.#request(leg, { kind: 'record.start', leg, recording })
  }

  pauseRecording(leg: LegId, skipped = false): void {
    this.#link(leg)?.post({ kind: 'record.pause', leg, skipped })
  }

  resumeRecording(leg: LegId): void {
    this.#link(leg)?.post({ kind: 'record.resume', leg })
  }

  async stopRecording(leg: LegId): Promise<SealedSummary> {
    const value = await this.#request(leg, { kind: 'record.stop', leg })
    if (value?.kind !== 'sealed') throw new MediaError('RECORDING_FAILED', 'the worker gave no summary')
    return value.sealed
  }

  redact(leg: LegId, span: Parameters<MediaPlane['redact']>[1]): void {
    this.#link(leg)?.post({ kind: 'record.redact', leg, ...span })
  }

  judged(leg: LegId, channel: 0 | 1, throughSamples: number): void {
    this.#link(leg)?.post({ kind: 'record.judged', leg, channel, throughSamples })
  }

  async secure(leg: LegId, room: SecureRoom | null): Promise<void> {
    await this.#request(leg, { kind: 'secure', leg, room })
  }

  listen(leg: LegId, on: boolean): void {
    this.#link(leg)?.post({ kind: 'listen', leg, on })
  }

  meter(leg: LegId, on: boolean): void {
    this.#link(leg)?.post({ kind: 'meter', leg, on })
  }

  beep(leg: LegId): void {
    this.#link(leg)?.post({ kind: 'beep', leg })
  }

  async positions(leg: LegId): Promise<SrtpPositions> {
    const value = await this.#request(leg, { kind: 'positions', leg })
    if (value?.kind !== 'positions') throw new MediaError('LEG_UNKNOWN', 'the worker gave no positions')
    return value.positions
  }

  async stats(leg: LegId): Promise<LegStats> {
    const value = await this.#request(leg, { kind: 'stats', leg })
    if (value?.kind !== 'stats') throw new MediaError('LEG_UNKNOWN', 'the worker gave no statistics')
    return value.stats
  }

  onLeg(leg: LegId, handler: (event: FromMedia) => void): () => void {
    const handlers = this.#handlers.get(leg) ?? new Set()
    handlers.add(handler)
    this.#handlers.set(leg, handlers)
    return () => {
      handlers.delete(handler)
      if (handlers.size === 0) this.#handlers.delete(leg)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await Promise.all(
      this.#slots.map(async ({ link }) => {
        await link.request({ kind: 'shutdown' }).catch(() => undefined) // a dead one is shut down
        await link.terminate()
      }),
    )
    for (const leg of this.#seats.keys()) this.#forget(leg)
  }

  #start(slot: WorkerSlot): WorkerLink {
    const spawn = this.#options.spawn ?? spawnThread
    return workerLink(spawn(this.#options.workerFile, slot.config), {
      onEvent: (event) => this.#take(event),
      onDeath: () => this.#bury(slot),
      log: this.#options.log,
    })
  }

  #take(event: FromMedia): void {
    if (!('leg' in event)) return this.#options.onEvent(event)
    if (event.kind === 'play.done') {
      const { plays } = this.#seats.get(event.leg) ?? {}
      plays?.get(event.play)?.(event.why)
      plays?.delete(event.play)
    }
    for (const handler of this.#handlers.get(event.leg) ?? []) handler(event)
    if (event.kind === 'stream.said')
      this.#link(event.leg)?.post({ kind: 'stream.heard', leg: event.leg, stream: event.stream })
  }

  #bury(slot: WorkerSlot): void {
    if (this.#closed) return
    for (const [leg, seat] of this.#seats) {
      if (seat.worker !== slot) continue
      this.#forget(leg)
      this.#take({ kind: 'warning', leg, code: 'worker-died', count: 1 })
      this.#take({ kind: 'media.silent', leg, silentMs: 0 })
    }
    this.#options.log.error('media worker died and is started again', { portMin: slot.config.portMin })
    this.#options.clock.set(restartDelayMs, () => {
      if (!this.#closed) slot.link = this.#start(slot)
    })
  }

  #forget(leg: LegId): void {
    const seat = this.#seats.get(leg)
    if (seat === undefined) return
    this.#seats.delete(leg)
    seat.worker.legs -= 1
    for (const end of seat.plays.values()) end('closed')
  }

  #leastLoaded(): WorkerSlot | undefined {
    const alive = this.#slots.filter((slot) => slot.link.alive)
    return alive.reduce<WorkerSlot | undefined>(
      (best, slot) => (best === undefined || slot.legs < best.legs ? slot : best),
      undefined,
    )
  }

  #link(leg: LegId): WorkerLink | undefined {
    return this.#seats.get(leg)?.worker.link
  }

  #request(leg: LegId, command: Parameters<WorkerLink['request']>[0]) {
    const link = this.#link(leg)
    if (link === undefined) return Promise.reject(new MediaError('LEG_UNKNOWN', 'there is no such leg'))
    return link.request(command)
  }
}

function spawnThread(workerFile: URL, config: MediaWorkerConfig): Port {
  return new Worker(workerFile, { workerData: config, name: 'voxkeep-media' })
}
