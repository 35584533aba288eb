import type { Clock, LegId, StreamId } from '#kernel'
import { samplesPerMs } from './caller-track.ts'
import type { FromMedia, SecureRoom, StreamCount, StreamSpec, StreamWay } from './contract.ts'
import type { AppStream, AppStreamBand, AppStreamSink, OpenAppStream } from './deps.ts'
import { heldAudio, type HeldAudio, type HeldGap } from './leg-held-audio.ts'
import { playbackWatch, type PlaybackWatch } from './playback-watch.ts'
import type { Warnings } from './warnings.ts'

/** What waits between the audio: something to tell once everything before it was played. */
export type Label =
  | { readonly kind: 'mark'; readonly stream: LegStream; readonly name: string; readonly afterBytes: number }
  | { readonly kind: 'play'; readonly play: number }
  /** A step of keys that are pressed. */
  | { readonly kind: 'press'; readonly step: () => void }

/** One stream of a leg and the place on the leg's timeline where it began. */
export interface LegStream {
  readonly id: StreamId
  readonly spec: StreamSpec
  readonly connection: AppStream
  readonly hears: Readonly<Record<'inbound' | 'outbound', boolean>>
  readonly watch: PlaybackWatch | undefined
  baseSamples: number | undefined
  framesOut: number
  /** Of what the app said, in bytes: all that was queued, and what of it was thrown away. */
  takenBytes: number
  clearedBytes: number
  /** What it said that the main thread has yet to look at. */
  unheard: number
}

/** The leg, as far as its streams need it. */
export interface StreamHost {
  /** Where the next frame of each track will lie. */
  inboundSamples(): number
  outboundSamples(): number
  /** Queues app audio, with the same time at 16 kHz; returns how many bytes fitted. */
  play(ulaw: Uint8Array, limitBytes: number, wide?: Int16Array): number
  /** What the leg's codec has beyond 8 kHz, each way. */
  band(): AppStreamBand
  /** The stream that is about to speak may do so with more than 8 kHz. */
  expectWide?(): void
  label(label: Label): boolean
  /** Empties the queue and answers what waited in it; returns how many milliseconds were thrown away. */
  clear(): number
  /** How much waits to be played. */
  waitingMs(): number
  /** The stream that spoke has ended: what it left unsaid is dropped. */
  silence(): void
}

/** Twilio's bound; each fork costs as much as a call. */
const maxForks = 4
/** Of one stream, on their way to the main thread: each is copied there, and an app may send faster than that can look. */
const maxUnheard = 64

/** The streams of one leg: at most one conversation, and forks that only listen. */
export interface LegStreams {
  open(spec: StreamSpec): void
  close(id: StreamId): void
  closeAll(): void
  /** Another way to the app of a stream whose connection broke. */
  resume(id: StreamId, way: StreamWay): void
  /** Something for the app from the main thread. */
  tell(id: StreamId, message: object): void
  /** The main thread has looked at something that the app said. */
  heard(id: StreamId): void
  /** The caller's keys become secret, with what the streams get meanwhile, or plain again. */
  secure(streams: SecureRoom['streams'] | undefined): void
  /** Audio of the caller; its companion at 16 kHz is for streams that hear it at once. */
  inbound(ulaw: Uint8Array, positionSamples: number, wide?: Int16Array): void
  /** Audio the caller hears, likewise. */
  outbound(ulaw: Uint8Array, positionSamples: number, wide?: Int16Array): void
  digit(digit: string, durationMs: number): void
  /** Everything of the channel before this was judged: streams that wait for that hear it. */
  judged(channel: 0 | 1, throughSamples: number): void
  /** Overwrites a stretch that streams wait for. */
  redact(channel: 0 | 1, fromSamples: number, toSamples: number, why: string): void
  /** An audible frame was sent; it counts for the conversation. */
  played(): void
  /** What each stream carried so far. */
  counts(): readonly StreamCount[]
  /** This much of what waited is about to be thrown away. */
  cleared(bytes: number): void
  /** A mark's turn has come: what was before it was played, or thrown away. */
  reached(mark: Extract<Label, { kind: 'mark' }>, wasPlayed: boolean): void
}

export interface LegStreamsOptions {
  readonly leg: LegId
  readonly clock: Clock
  readonly openStream: OpenAppStream
  readonly post: (message: FromMedia) => void
  readonly warnings: Warnings
  readonly host: StreamHost
}

export function legStreams(options: LegStreamsOptions): LegStreams {
  return new Streams(options)
}

class Streams implements LegStreams {
  readonly #options: LegStreamsOptions
  readonly #streams: LegStream[] = []
  /** The one that talks. */
  #conversation: LegStream | undefined
  #secure: SecureRoom['streams'] | undefined
  /** What streams wait for that hear only what was judged. */
  readonly #held: HeldAudio

  constructor(options: LegStreamsOptions) {
    this.#options = options
    this.#held = heldAudio({
      emit: (track, ulaw, position) => this.#sendJudged(tracks[track], ulaw, position),
      overwritten: (gap) => {
        for (const stream of this.#streams) tellOverwritten(stream, tracks[gap.track], gap)
      },
    })
  }

  open(spec: StreamSpec): void {
    const { id: stream } = spec
    const { leg, post, warnings, clock } = this.#options
    if (this.#isRefused(spec)) {
      warnings.count('stream-refused')
      post({ kind: 'stream.closed', leg, stream, why: 'closed-by-gateway', stats: noStats })
      return
    }
    const opened: { stream?: LegStream } = {}
    const sink = this.#sink(spec, opened)
    const connection = this.#options.openStream(spec, { clock, sink, band: this.#bandOf(spec) })
    const fresh = { baseSamples: undefined, framesOut: 0, takenBytes: 0, clearedBytes: 0, unheard: 0 }
    const watch = playbackWatch(spec.wire?.options, (notice) => connection.tell(notice))
    opened.stream = { id: stream, spec, connection, hears: heardBy(spec.direction), watch, ...fresh }
    this.#streams.push(opened.stream)
    if (spec.hold !== undefined) this.#held.hold(spec.hold)
    if (spec.direction === 'both') this.#conversation = opened.stream
  }

  close(id: StreamId): void {
    this.#find(id)?.connection.close()
  }

  closeAll(): void {
    for (const stream of this.#streams.slice()) stream.connection.close()
  }

  resume(id: StreamId, way: StreamWay): void {
    this.#find(id)?.connection.resume(way)
  }

  tell(id: StreamId, message: object): void {
    this.#find(id)?.connection.tell({ kind: 'message', message })
  }

  heard(id: StreamId): void {
    const stream = this.#find(id)
    if (stream !== undefined) stream.unheard -= 1
  }

  secure(streams: SecureRoom['streams'] | undefined): void {
    this.#secure = streams
    for (const stream of this.#streams) this.#tellSecrecy(stream)
  }

  inbound(ulaw: Uint8Array, positionSamples: number, wide?: Int16Array): void {
    this.#send('inbound', ulaw, positionSamples, wide)
    this.#held.push(0, positionSamples, ulaw)
  }

  outbound(ulaw: Uint8Array, positionSamples: number, wide?: Int16Array): void {
    this.#send('outbound', ulaw, positionSamples, wide)
    this.#held.push(1, positionSamples, ulaw)
  }

  judged(channel: 0 | 1, throughSamples: number): void {
    this.#held.judged(channel, throughSamples)
  }

  redact(channel: 0 | 1, fromSamples: number, toSamples: number, why: string): void {
    this.#held.redact(channel, fromSamples, toSamples, why)
  }

  digit(digit: string, durationMs: number): void {
    this.#conversation?.connection.sendDtmf(digit, durationMs)
  }

  played(): void {
    const speaking = this.#conversation
    if (speaking === undefined) return
    speaking.framesOut += 1
    speaking.watch?.played(this.#options.host.waitingMs())
  }

  counts(): readonly StreamCount[] {
    return this.#streams.map(({ id, connection, framesOut }) => {
      const { framesIn, framesDropped } = connection.counts
      return { id, framesIn, framesOut, framesDropped }
    })
  }

  cleared(bytes: number): void {
    const speaking = this.#conversation
    if (speaking === undefined) return
    const { takenBytes, clearedBytes } = speaking
    speaking.clearedBytes = Math.min(takenBytes, clearedBytes + bytes)
    speaking.watch?.played(0)
  }

  reached(mark: Extract<Label, { kind: 'mark' }>, wasPlayed: boolean): void {
    const { connection, takenBytes, clearedBytes } = mark.stream
    const saidBytes = wasPlayed ? mark.afterBytes : takenBytes
    const playedMs = Math.floor(Math.max(0, saidBytes - clearedBytes) / samplesPerMs)
    connection.sendMark(mark.name, wasPlayed ? 'played' : 'cleared', playedMs)
  }

  #find(id: StreamId): LegStream | undefined {
    return this.#streams.find((stream) => stream.id === id)
  }

  #isRefused(spec: StreamSpec): boolean {
    if (spec.direction === 'both') return this.#conversation !== undefined
    return this.#streams.filter((stream) => stream.spec.direction !== 'both').length >= maxForks
  }

  /** What the app does; `opened` is filled in before anything can come. */
  #sink(spec: StreamSpec, opened: { readonly stream?: LegStream }): AppStreamSink {
    const { leg, host, post, warnings } = this.#options
    const { id: stream } = spec
    const limitBytes = spec.maxBufferedMs * samplesPerMs
    return {
      opened: (tls) => {
        if (opened.stream !== undefined) this.#begin(opened.stream)
        post({ kind: 'stream.opened', leg, stream, tls })
      },
      audio: (ulaw, wide) => {
        const taken = host.play(ulaw, limitBytes, wide)
        if (opened.stream !== undefined) {
          opened.stream.takenBytes += taken
          opened.stream.watch?.queued(host.waitingMs())
        }
        return taken
      },
      mark: (name) => {
        const { stream: speaking } = opened
        if (speaking === undefined) return false
        return host.label({ kind: 'mark', stream: speaking, name, afterBytes: speaking.takenBytes })
      },
      clear: () => host.clear(),
      said: (message) => {
        if (opened.stream === undefined || opened.stream.unheard >= maxUnheard) return false
        opened.stream.unheard += 1
        post({ kind: 'stream.said', leg, stream, message })
        return true
      },
      lost: () => post({ kind: 'stream.lost', leg, stream }),
      warning: (code) => warnings.count(code),
      closed: (why, counts) => {
        const framesOut = opened.stream?.framesOut ?? 0
        if (opened.stream !== undefined) this.#remove(opened.stream)
        post({ kind: 'stream.closed', leg, stream, why, stats: { ...counts, framesOut } })
      },
    }
  }

  #begin(stream: LegStream): void {
    const { host } = this.#options
    const { direction } = stream.spec
    stream.baseSamples ??=
      direction === 'both_tracks'
        ? Math.min(host.inboundSamples(), host.outboundSamples())
        : direction === 'outbound'
          ? host.outboundSamples()
          : host.inboundSamples()
    if (direction === 'both' && stream.connection.isWide === true) host.expectWide?.()
    if (stream.spec.hold !== undefined)
      stream.connection.tell({ kind: 'privacy', state: 'held', why: 'words-judged-first' })
    if (this.#secure !== undefined) this.#tellSecrecy(stream)
  }

  #remove(stream: LegStream): void {
    const at = this.#streams.indexOf(stream)
    if (at >= 0) this.#streams.splice(at, 1)
    if (this.#streams.every(({ spec }) => spec.hold === undefined)) this.#held.drop()
    if (stream !== this.#conversation) return
    this.#conversation = undefined
    this.#options.host.silence()
  }

  #tellSecrecy({ connection }: LegStream): void {
    const secure = this.#secure
    const why = secure === 'nothing' ? 'audio-withheld' : 'keys-withheld'
    connection.tell(
      secure === undefined
        ? { kind: 'privacy', state: 'open', why: 'ended' }
        : { kind: 'privacy', state: 'secure', why },
    )
  }

  /** A stream that hears what was judged hears nothing of the wide band: what judges and overwrites works at 8 kHz. */
  #bandOf({ hold, direction }: StreamSpec): AppStreamBand {
    const { hearsWide, saysWide } = this.#options.host.band()
    return { hearsWide: hearsWide && hold === undefined, saysWide: saysWide && direction === 'both' }
  }

  #send(
    track: 'inbound' | 'outbound',
    ulaw: Uint8Array,
    positionSamples: number,
    wide: Int16Array | undefined,
  ): void {
    for (const stream of this.#streams) {
      const timestampMs = stream.spec.hold === undefined ? timeOf(stream, track, positionSamples) : undefined
      if (timestampMs !== undefined) stream.connection.sendAudio(track, ulaw, timestampMs, wide)
    }
  }

  /** To those that wait for what was judged; there is nothing wide of that. */
  #sendJudged(track: 'inbound' | 'outbound', ulaw: Uint8Array, positionSamples: number): void {
    for (const stream of this.#streams) {
      const timestampMs = stream.spec.hold === undefined ? undefined : timeOf(stream, track, positionSamples)
      if (timestampMs !== undefined) stream.connection.sendAudio(track, ulaw, timestampMs)
    }
  }
}

const tracks = ['inbound', 'outbound'] as const

/** Where a frame lies in a stream's own time; undefined when it does not hear it. */
function timeOf(
  { baseSamples, hears }: LegStream,
  track: 'inbound' | 'outbound',
  positionSamples: number,
): number | undefined {
  if (baseSamples === undefined || !hears[track]) return undefined
  const timestampMs = Math.floor((positionSamples - baseSamples) / samplesPerMs)
  return timestampMs < 0 ? undefined : timestampMs
}

/** Tells a stream that waits for what was judged which part of it is none of what was said, in the stream's time. */
function tellOverwritten(
  { spec, baseSamples, hears, connection }: LegStream,
  track: 'inbound' | 'outbound',
  { fromSamples, toSamples, why }: HeldGap,
): void {
  if (spec.hold === undefined || baseSamples === undefined || !hears[track] || toSamples <= baseSamples)
    return
  const fromMs = Math.floor(Math.max(0, fromSamples - baseSamples) / samplesPerMs)
  const toMs = Math.ceil((toSamples - baseSamples) / samplesPerMs)
  connection.tell({ kind: 'privacy', state: 'overwritten', why, track, fromMs, toMs })
}

/** The conversation hears the caller alone: it knows what it says itself. */
function heardBy(direction: StreamSpec['direction']): LegStream['hears'] {
  return {
    inbound: direction !== 'outbound',
    outbound: direction === 'outbound' || direction === 'both_tracks',
  }
}

const noStats = {
  framesIn: 0,
  framesOut: 0,
  framesDropped: 0,
  messagesIgnored: 0,
  bytesRejected: 0,
  marks: 0,
  clears: 0,
}
