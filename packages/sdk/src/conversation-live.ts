import type { CallCommand } from './commands.ts'
import type { Conversation, StreamPlayOptions, PlayPiece } from './conversation.ts'
import { flowGate, type FlowGate } from './flow-gate.ts'
import { frameQueue, type FrameQueue } from './frame-queue.ts'
import { pendingMarks, type MarkState } from './pending-marks.ts'
import { playbackLedger, type Interruption, type PlaybackLedger } from './playback-ledger.ts'
import { resendBuffer, type ResendBuffer } from './resend-buffer.ts'
import type { SpeechOptions } from './speech-detector.ts'
import { audioIn, audioOut, durationMs, type AudioFrame, type AudioOut } from './stream-audio.ts'
import type { StreamClock } from './stream-clock.ts'
import { StreamError } from './stream-error.ts'
import type { StreamAck, StreamEvents, StreamSession, StreamTrack } from './stream-events.ts'
import { streamListeners } from './stream-listeners.ts'
import type { AppWire, FromGateway, ResumeOffer, WireMessage } from './stream-wire.ts'

/** One socket, as far as a conversation needs it. */
export interface StreamLink {
  /** Bytes that were sent and have not left. */
  waitingBytes(): number
  send(message: WireMessage): void
  close(code: number, reason: string): void
}

export interface LiveOptions {
  readonly session: StreamSession
  readonly wire: AppWire
  readonly link: StreamLink
  /** Whether another socket may follow. */
  readonly canResume: boolean
  /** Default: as on the wire. */
  readonly rateHz: number | undefined
  readonly clock: StreamClock
}

const maxFrames = 500 // ten seconds of 20 ms
const maxResendBytes = 4 * 1_024 * 1_024 // twenty seconds of the widest audio, with room: what may be on its way when a socket breaks
const maxAheadMs = 20_000 // on a wire that does not say when it has enough
const maxWaitingBytes = 1_024 * 1_024
const pieceMs = 1_000 // of one message: far below what a gateway takes

export class LiveConversation implements Conversation {
  readonly session: StreamSession
  readonly rateHz: number
  readonly signal: AbortSignal
  readonly ended: Promise<string>
  readonly #wire: AppWire
  readonly #clock: StreamClock
  readonly #frames: FrameQueue<AudioFrame> = frameQueue(maxFrames)
  readonly #marks = pendingMarks()
  readonly #listeners = streamListeners()
  readonly #over = new AbortController()
  readonly #end = Promise.withResolvers<string>()
  readonly #clears = new Map<string, (droppedMs?: number) => void>()
  readonly #commands = new Map<string, PromiseWithResolvers<StreamAck>>()
  readonly #hear: Partial<Record<StreamTrack, (bytes: Uint8Array) => Int16Array>> = {}
  readonly #out: AudioOut
  readonly #gate: FlowGate
  readonly #sent: ResendBuffer | undefined
  #link: StreamLink | undefined
  #ledger: PlaybackLedger
  #turn = new AbortController()
  #names = 0

  constructor({ session, wire, link, canResume, rateHz, clock }: LiveOptions) {
    this.session = session
    this.rateHz = rateHz ?? session.rateHz
    this.signal = this.#over.signal
    this.ended = this.#end.promise
    this.#wire = wire
    this.#link = link
    this.#sent = canResume ? resendBuffer(maxResendBytes) : undefined
    this.#clock = clock
    this.#ledger = playbackLedger(() => clock.nowMs())
    this.#out = audioOut(session, this.rateHz)
    const bufferedMs = () => this.bufferedMs
    const isBehind = () => (this.#link?.waitingBytes() ?? 0) > maxWaitingBytes
    this.#gate = flowGate({ clock, bufferedMs, isBehind, ...(wire.name === 'twilio' && { maxAheadMs }) })
  }

  get wire(): Conversation['wire'] {
    return this.#wire.name
  }

  get audio(): AsyncIterable<AudioFrame> {
    return this.#frames
  }

  get droppedFrames(): number {
    return this.#frames.dropped
  }

  get bufferedMs(): number {
    return this.#ledger.bufferedMs()
  }

  async play(source: PlayPiece | AsyncIterable<PlayPiece>, options: StreamPlayOptions = {}): Promise<void> {
    const given = options.signal === undefined ? [] : [options.signal]
    const stop = () => AbortSignal.any([this.signal, this.#turn.signal, ...given])
    if (!(Symbol.asyncIterator in source)) {
      this.#playPiece(source, options)
      return this.#gate.isOpen() ? undefined : this.#gate.pass(stop())
    }
    return this.#playAll(source, options, stop())
  }

  async #playAll(
    source: AsyncIterable<PlayPiece>,
    options: StreamPlayOptions,
    stop: AbortSignal,
  ): Promise<void> {
    const pieces = source[Symbol.asyncIterator]()
    for (;;) {
      const next = await settledBefore(stop, pieces.next())
      if (next === undefined) return void pieces.return?.().catch(() => {})
      if (next.done === true) return
      this.#playPiece(next.value, options)
      await this.#gate.pass(stop)
    }
  }

  mark(name = `mark ${(this.#names += 1)}`): Promise<MarkState> {
    if (this.signal.aborted) return Promise.resolve('cleared')
    const told = this.#marks.wait(name)
    this.#send(this.#wire.mark(name))
    return told
  }

  async clear(): Promise<Interruption> {
    const id = `clear ${(this.#names += 1)}`
    const ledger = this.#ledger
    this.#ledger = playbackLedger(() => this.#clock.nowMs()) // what comes from here on is not part of it
    this.#out.restart()
    this.#marks.cleared()
    const cleared = Promise.withResolvers<number | undefined>()
    if (this.wire === 'twilio' || this.signal.aborted) cleared.resolve(undefined)
    else this.#clears.set(id, cleared.resolve)
    if (!this.signal.aborted) this.#send(this.#wire.clear(id))
    this.#gate.open()
    const byClock = ledger.bufferedMs()
    return ledger.cleared((await cleared.promise) ?? byClock)
  }

  interrupt(): Promise<Interruption> {
    this.#turn.abort()
    this.#turn = new AbortController()
    return this.clear()
  }

  onSpeech(listener: (event: StreamEvents['speech']) => void, options?: SpeechOptions): () => void {
    return this.#listeners.onSpeech(listener, this.rateHz, options)
  }

  interruptOnSpeech(
    told: (interruption: Interruption) => void = () => {},
    options?: SpeechOptions,
  ): () => void {
    return this.onSpeech(({ state }) => {
      if (state === 'started' && this.bufferedMs > 0) void this.interrupt().then(told)
    }, options)
  }

  async command(...commands: CallCommand[]): Promise<StreamAck> {
    if (this.signal.aborted) throw new StreamError('STREAM_ENDED', 'the conversation is over')
    const id = `command ${(this.#names += 1)}`
    const message = this.#wire.command(id, commands)
    if (message === undefined) throw new StreamError('STREAM_UNSUPPORTED', 'this wire has no commands')
    const answer = Promise.withResolvers<StreamAck>()
    this.#commands.set(id, answer)
    this.#send(message)
    return answer.promise
  }

  on<Name extends keyof StreamEvents>(name: Name, listener: (event: StreamEvents[Name]) => void): () => void {
    return this.#listeners.on(name, listener)
  }

  close(reason = 'closed by the app'): void {
    const link = this.#link
    this.finish(reason)
    link?.close(1_000, '')
  }

  /** The gateway came back over another socket: it is told what came of it, and gets what it missed. */
  attach(link: StreamLink, offer: ResumeOffer): void {
    const old = this.#link
    this.#link = link
    old?.close(1_000, '')
    const answer = this.#wire.resume(offer)
    for (const message of [
      ...(answer === undefined ? [] : [answer]),
      ...(this.#sent?.after(offer.lastSeq) ?? []),
    ])
      link.send(message)
    this.#listeners.tell('connection', { state: 'resumed' })
  }

  /** The socket is gone; the gateway may come back. */
  lose(): void {
    this.#link = undefined
    this.#listeners.tell('connection', { state: 'lost' })
  }

  isLinkedBy(link: StreamLink): boolean {
    return this.#link === link
  }

  /** It is over. The second time does nothing. */
  finish(reason: string): void {
    if (this.signal.aborted) return
    this.#link = undefined
    this.#over.abort()
    this.#frames.end()
    this.#marks.end()
    for (const resolve of this.#clears.values()) resolve()
    for (const { reject } of this.#commands.values())
      reject(new StreamError('STREAM_ENDED', 'the conversation ended before it was answered'))
    this.#gate.open()
    this.#end.resolve(reason)
  }

  /** What the gateway sent after the start, over whichever socket. */
  take(raw: string | Uint8Array): void {
    if (this.signal.aborted) return
    const message = this.#wire.read(raw)
    switch (message.kind) {
      case 'audio':
        return this.#heardAudio(message)
      case 'mark':
        return this.#marks.told(message.name, message.state)
      case 'cleared':
        this.#clears.get(message.id)?.(message.droppedMs)
        return void this.#clears.delete(message.id)
      case 'ack':
        this.#commands.get(message.id)?.resolve(message.ack)
        return void this.#commands.delete(message.id)
      case 'event':
        if (message.name === 'playback') this.#toldPlayback(message.event)
        return this.#listeners.tell(message.name, message.event)
      case 'stop':
        return this.finish(message.reason)
      case 'start':
      case 'ignored':
        return
    }
  }

  #toldPlayback({ state, bufferedMs }: StreamEvents['playback']): void {
    this.#ledger.told(bufferedMs)
    this.#gate.told(state)
  }

  #heardAudio(message: FromGateway & { kind: 'audio' }): void {
    const { track, timestampMs } = message
    const bytes = new Uint8Array(message.bytes)
    const hear = (this.#hear[track] ??= audioIn(this.session, this.rateHz))
    const pcm = hear(bytes)
    if (track === 'inbound') this.#listeners.heard(pcm)
    const { encoding } = this.session
    this.#frames.push({ track, timestampMs, pcm, rateHz: this.rateHz, bytes, encoding })
  }

  #playPiece(piece: PlayPiece, { label, ...format }: StreamPlayOptions): void {
    if (this.signal.aborted) return
    const bytes = this.#out.convert(piece, format)
    if (bytes.length === 0) return
    this.#ledger.sent(durationMs(bytes.length, this.session), label)
    const size = (pieceMs * bytes.length) / durationMs(bytes.length, this.session)
    for (let at = 0; at < bytes.length; at += size)
      this.#send(this.#wire.audio(bytes.subarray(at, at + size)))
  }

  #send(message: WireMessage): void {
    this.#sent?.add(message)
    this.#link?.send(message)
  }
}

/** What the promise brings; `undefined` when the signal is aborted first. */
async function settledBefore<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>()
  const stop = () => resolve(undefined)
  signal.addEventListener('abort', stop)
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop))
}
