import type { Clock, Random } from '#kernel'
import type {
  StreamBand,
  StreamClosed,
  StreamConnection,
  StreamCounts,
  StreamSink,
  StreamTarget,
  StreamWarning,
  StreamWay,
  Track,
} from './contract.ts'
import { dial, type DialFailure } from './dial.ts'
import { gapWatch } from './gap-watch.ts'
import { startLiveness, type Liveness } from './liveness.ts'
import { sendWindow, type SendWindow, type SendWindowOptions } from './send-window.ts'
import { tlsContexts, type TlsContexts } from './tls-contexts.ts'
import type { WebSocket } from './web-socket.ts'
import type { AppMessage, MarkState, Notice, Outgoing, StreamWire } from './wire.ts'
import { wireOf } from './wires.ts'

/** How long the app may take to answer our close frame. */
const closeTimeoutMs = 2_000
/** Marks and digits are never dropped for a slow app; one that makes us write and reads nothing ends here. */
const maxBufferedBytes = 1_024 * 1_024
/** An app that does something odd all the time is told so this often. */
const warningIntervalMs = 1_000

/**
 * Dials the app and speaks the target's wire with it, as the side that calls. It never dials again by itself: whoever opened the stream
 * decides that, with `resume` where the wire can go on. `sink.closed` is called exactly once, whatever happens.
 */
export function openStream(target: StreamTarget, options: StreamOptions): StreamConnection {
  return new Connection(target, options)
}

export interface StreamOptions {
  readonly clock: Clock
  readonly random: Random
  /** Shared by the streams of a thread; default: this one’s alone. */
  readonly contexts?: TlsContexts
  readonly sink: StreamSink
  /** Default: nothing. */
  readonly band?: StreamBand
}

class Connection implements StreamConnection {
  readonly #target: StreamTarget
  readonly #clock: Clock
  readonly #random: Random
  readonly #contexts: TlsContexts
  readonly #sink: StreamSink
  readonly #wire: StreamWire
  readonly #listens: boolean
  readonly #counts = {
    framesIn: 0,
    framesDropped: 0,
    messagesIgnored: 0,
    bytesRejected: 0,
    marks: 0,
    clears: 0,
  }
  #giveUpDialling: () => void
  #socket: WebSocket | undefined
  #window: SendWindow | undefined
  #liveness: Liveness | undefined
  #cancelCloseTimer: () => void = () => {}
  /** What an app that came back has yet to take of what it missed; that is as much as its wire keeps, and no sign of one that reads nothing. */
  #missedBytes = 0
  /** Runs while the wire waits for the app to be there again. */
  #cancelResumeTimer: (() => void) | undefined
  #warnedAtMs: Map<StreamWarning, number> | undefined
  /** Set as soon as the cause of the end is known; what follows from it does not change it. */
  #why: StreamClosed | undefined
  #ended = false

  constructor(target: StreamTarget, options: StreamOptions) {
    const { clock, random, contexts = tlsContexts(), sink, band } = options
    this.#target = target
    this.#clock = clock
    this.#random = random
    this.#contexts = contexts
    this.#sink = sink
    this.#listens = target.direction === 'both'
    this.#wire = wireOf(target.wire, target.start, target.direction, band)
    this.#giveUpDialling = this.#dial(target)
  }

  get open(): boolean {
    return this.#window !== undefined
  }

  get isWide(): boolean {
    return this.#wire.isWide === true
  }

  get counts(): StreamCounts {
    return this.#counts
  }

  sendAudio(track: Track, ulaw: Uint8Array, timestampMs: number, given?: Int16Array): void {
    if (!this.#hears) return
    this.#counts.framesIn += 1
    const wide = this.isWide ? given : undefined
    if (this.#window === undefined) return void this.#wire.audio(track, ulaw, timestampMs, wide) // kept by the wire
    const dropped = this.#window.push(track, ulaw, timestampMs, wide)
    if (dropped === 0) return
    this.#counts.framesDropped += dropped
    this.#warn('app-slow')
  }

  sendDtmf(digit: string, durationMs: number): void {
    // A fork hears the call; what is keyed in is for the application that holds the conversation.
    if (this.#listens && this.#hears) this.#send(this.#wire.dtmf(digit, durationMs))
  }

  sendMark(name: string, state: MarkState, playedMs: number): void {
    if (this.#listens && this.#hears) this.#send(this.#wire.mark(name, state, playedMs))
  }

  tell(notice: Notice): void {
    if (this.#hears) this.#send(this.#wire.tell?.(notice))
  }

  resume(way: StreamWay): void {
    if (!this.#isAway || this.#ended || this.#why !== undefined || this.#socket !== undefined) return
    this.#giveUpDialling()
    this.#giveUpDialling = this.#dial({ ...this.#target, ...way })
  }

  close(): void {
    if (this.#ended) return
    // A connection that is breaking, which its socket has yet to say, is waited for by nobody any more.
    const isBreaking = this.#why === 'lost' && this.#wire.resume !== undefined
    if (this.#why !== undefined && !isBreaking) return
    this.#why = 'closed-by-gateway'
    if (this.#socket === undefined) {
      this.#giveUpDialling()
      queueMicrotask(() => this.#end('closed-by-gateway'))
      return
    }
    for (const message of this.#wire.stop('closed-by-gateway')) this.#send(message)
    this.#hangUp(1000)
  }

  /** The app was reached once, and is to be reached again. */
  get #isAway(): boolean {
    return this.#cancelResumeTimer !== undefined
  }

  get #hears(): boolean {
    return this.#window !== undefined || this.#isAway
  }

  #dial(target: StreamTarget): () => void {
    const { subprotocol } = this.#wire
    const deps = { clock: this.#clock, random: this.#random, contexts: this.#contexts, subprotocol }
    return dial(target, deps, {
      opened: (socket, tls, early) => {
        this.#begin(socket)
        this.#sink.opened(tls)
        socket.start(this.#handlers(), early)
      },
      failed: (why) => this.#failDialling(why),
    })
  }

  #failDialling(why: DialFailure): void {
    // A balancer refuses for an app that restarts; somebody else in its place is another matter. `#stayLost` bounds it.
    if (this.#isAway && why !== 'untrusted') this.#sink.lost()
    else this.#end(why)
  }

  #begin(socket: WebSocket): void {
    this.#socket = socket
    const { pingIntervalMs, pongTimeoutMs, maxBehindMs } = this.#target
    this.#liveness = startLiveness({
      clock: this.#clock,
      pingIntervalMs,
      pongTimeoutMs,
      ping: () => socket.ping(),
      lost: () => this.#lose(),
    })
    this.#window = sendWindow({ maxBehindMs, send: this.#sender(socket) })
    for (const message of this.#wire.begin()) socket.send(message)
  }

  /** Sends one frame as the wire has it. */
  #sender(socket: WebSocket): SendWindowOptions['send'] {
    const wire = this.#wire
    const send: SendWindowOptions['send'] = (track, ulaw, timestampMs, wide) => {
      const message = wire.audio(track, ulaw, timestampMs, wide)
      if (typeof message === 'string') return socket.sendAscii(message)
      return message === undefined || socket.sendBinary(message)
    }
    if (wire.tell === undefined) return send
    const gaps = gapWatch({ dropped: () => this.#counts.framesDropped, tell: (gap) => this.tell(gap) })
    return (track, ulaw, timestampMs, wide) => {
      gaps(track, ulaw.length, timestampMs)
      return send(track, ulaw, timestampMs, wide)
    }
  }

  #handlers() {
    return {
      message: (payload: Buffer, isText: boolean) => this.#receive(payload, isText),
      drained: () => {
        this.#missedBytes = 0
        this.#window?.drained()
      },
      alive: () => this.#liveness?.heard(),
      closed: (why: 'closed' | 'lost' | 'protocol') => {
        const cause = this.#why ?? (why === 'closed' ? 'closed-by-app' : why)
        if (cause === 'lost' && this.#wire.resume !== undefined) this.#goAway()
        else this.#end(cause)
      },
    }
  }

  /** The connection is gone, and the wire keeps what comes until there is another. */
  #goAway(): void {
    const { resume } = this.#wire
    if (resume === undefined) return
    resume.lost()
    this.#window?.drained() // what waited for a slow app is kept with the rest
    this.#letGo()
    this.#why = undefined
    this.#cancelResumeTimer ??= this.#clock.set(resume.windowMs, () => this.#stayLost())
    this.#sink.lost()
  }

  #stayLost(): void {
    if (this.#ended) return
    this.#why ??= 'lost'
    this.#cancelResumeTimer = undefined
    this.#giveUpDialling()
    this.#socket?.terminate()
    this.#end('lost')
  }

  #letGo(): void {
    this.#window = undefined
    this.#socket = undefined
    this.#missedBytes = 0
    this.#liveness?.stop()
    this.#cancelCloseTimer()
  }

  #send(message: Outgoing | undefined): void {
    const socket = this.#socket
    if (socket === undefined || message === undefined) return
    if (socket.bufferedAmount > maxBufferedBytes + this.#missedBytes) this.#lose()
    else socket.send(message)
  }

  #lose(): void {
    this.#why ??= 'lost'
    this.#socket?.terminate()
  }

  #hangUp(code: number): void {
    const socket = this.#socket
    this.#window = undefined
    this.#liveness?.stop()
    socket?.close(code)
    this.#cancelCloseTimer = this.#clock.set(closeTimeoutMs, () => socket?.terminate())
  }

  #receive(payload: Buffer, isText: boolean): void {
    if (this.#why !== undefined) return
    this.#liveness?.heard()
    for (const message of this.#wire.read(payload, isText)) {
      if (this.#why !== undefined) return
      this.#take(message)
    }
  }

  #take(message: AppMessage): void {
    switch (message.kind) {
      case 'audio':
        return this.#listens ? this.#takeAudio(message) : this.#ignore()
      case 'mark':
        if (!this.#listens) return this.#ignore()
        this.#counts.marks += 1
        if (!this.#sink.mark(message.name)) this.#warn('app-marks-refused')
        return
      case 'clear':
        if (!this.#listens) return this.#ignore()
        return this.#takeClear(message)
      case 'reply':
        return this.#send(message.message)
      case 'said':
        return this.#takeSaid(message)
      case 'resumed':
        return this.#goOn(message.messages)
      case 'end':
        this.#why = 'closed-by-app'
        return this.#hangUp(1000)
      case 'warning':
        return this.#warn(message.code)
      case 'ignored':
        return this.#ignore()
    }
  }

  #takeAudio({ ulaw, wide }: Extract<AppMessage, { kind: 'audio' }>): void {
    if (startsWithRiff(ulaw)) this.#warn('app-audio-has-riff-header')
    const rejected = ulaw.length - this.#sink.audio(ulaw, wide)
    if (rejected === 0) return
    this.#counts.bytesRejected += rejected
    this.#warn('app-buffer-full')
  }

  #takeClear({ reply }: Extract<AppMessage, { kind: 'clear' }>): void {
    this.#counts.clears += 1
    const droppedMs = this.#sink.clear()
    this.#send(reply?.(droppedMs))
  }

  /** A fork may go to somebody who is to hear the call and not to steer it. */
  #takeSaid({ message, refusal }: Extract<AppMessage, { kind: 'said' }>): void {
    if (!this.#listens && 'commands' in message) this.#send(refusal?.('not-allowed'))
    else if (!this.#sink.said(message)) this.#send(refusal?.('too-many'))
  }

  #ignore(): void {
    this.#counts.messagesIgnored += 1
    this.#warn('app-message-ignored')
  }

  #goOn(missed: readonly Outgoing[]): void {
    if (!this.#isAway) return this.#ignore()
    this.#cancelResumeTimer?.()
    this.#cancelResumeTimer = undefined
    for (const message of missed) this.#socket?.send(message)
    this.#missedBytes = this.#socket?.bufferedAmount ?? 0
  }

  /** Counts an oddity, and tells an app whose wire has words for it. */
  #warn(code: StreamWarning): void {
    this.#sink.warning(code)
    if (this.#wire.tell === undefined) return
    const nowMs = this.#clock.monotonicMs()
    this.#warnedAtMs ??= new Map()
    if (nowMs - (this.#warnedAtMs.get(code) ?? -Infinity) < warningIntervalMs) return
    this.#warnedAtMs.set(code, nowMs)
    this.tell({ kind: 'warning', code })
  }

  #end(why: StreamClosed): void {
    if (this.#ended) return
    this.#ended = true
    this.#why ??= why
    this.#letGo()
    this.#cancelResumeTimer?.()
    this.#cancelResumeTimer = undefined
    this.#sink.closed(this.#why, { ...this.#counts })
  }
}

/** A WAV file sent as bare µ-law plays as a click and noise: worth a warning, it is always a mistake. */
function startsWithRiff(audio: Uint8Array): boolean {
  return audio[0] === 0x52 && audio[1] === 0x49 && audio[2] === 0x46 && audio[3] === 0x46
}
