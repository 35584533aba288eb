import type { Clock, Random } from '#kernel'
import type { StreamClosed, StreamConnection, StreamSink, StreamTarget } from './contract.ts'
import { dial } from './dial.ts'
import { startLiveness, type Liveness } from './liveness.ts'
import { sendWindow, type SendWindow } from './send-window.ts'
import { tlsContexts, type TlsContexts } from './tls-contexts.ts'
import { twilioReader, type ReadAppMessage } from './twilio-reader.ts'
import { connectedMessage, tracksOf, twilioWriter, type TwilioWriter } from './twilio-writer.ts'
import type { WebSocket } from './web-socket.ts'

/** How long the app may take to answer our close frame. */
const closeTimeoutMs = 2_000
/** Marks and digits are never dropped for a slow app; one that makes us write and reads nothing ends here. */
const maxBufferedBytes = 1_024 * 1_024

/**
 * Dials the app and speaks Twilio Media Streams with it, as the side that calls. It never dials again by itself:
 * whoever opened the stream decides that. `sink.closed` is called exactly once, whatever happens.
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
}

class Connection implements StreamConnection {
  readonly #target: StreamTarget
  readonly #clock: Clock
  readonly #sink: StreamSink
  readonly #read: ReadAppMessage
  readonly #writer: TwilioWriter
  readonly #listens: boolean
  readonly #counts = {
    framesIn: 0,
    framesDropped: 0,
    messagesIgnored: 0,
    bytesRejected: 0,
    marks: 0,
    clears: 0,
  }
  readonly #giveUpDialling: () => void
  #socket: WebSocket | undefined
  #window: SendWindow | undefined
  #liveness: Liveness | undefined
  #cancelCloseTimer: () => void = () => {}
  /** Set as soon as the cause of the end is known; what follows from it does not change it. */
  #why: StreamClosed | undefined
  #ended = false

  constructor(target: StreamTarget, { clock, random, contexts = tlsContexts(), sink }: StreamOptions) {
    this.#target = target
    this.#clock = clock
    this.#sink = sink
    this.#listens = target.direction === 'both'
    this.#read = twilioReader(target.start.streamSid)
    this.#writer = twilioWriter(target.start, tracksOf(target.direction))
    this.#giveUpDialling = dial(
      target,
      { clock, random, contexts },
      {
        opened: (socket, tls, early) => {
          this.#begin(socket)
          sink.opened(tls)
          socket.start(this.#handlers(), early)
        },
        failed: (why) => this.#end(why),
      },
    )
  }

  get open(): boolean {
    return this.#window !== undefined
  }

  sendAudio(track: 'inbound' | 'outbound', ulaw: Uint8Array, timestampMs: number): void {
    if (this.#window === undefined) return
    this.#counts.framesIn += 1
    const dropped = this.#window.push(track, ulaw, timestampMs)
    if (dropped === 0) return
    this.#counts.framesDropped += dropped
    this.#sink.warning('app-slow')
  }

  sendDtmf(digit: string): void {
    // A fork hears the call; what is keyed in is for the application that holds the conversation.
    if (this.#listens && this.open) this.#send(this.#writer.dtmf(digit))
  }

  sendMark(name: string): void {
    if (this.#listens && this.open) this.#send(this.#writer.mark(name))
  }

  close(): void {
    if (this.#ended || this.#why !== undefined) return
    this.#why = 'closed-by-gateway'
    const socket = this.#socket
    if (socket === undefined) {
      this.#giveUpDialling()
      queueMicrotask(() => this.#end('closed-by-gateway'))
      return
    }
    this.#send(this.#writer.stop())
    this.#window = undefined
    this.#liveness?.stop()
    socket.close(1000)
    this.#cancelCloseTimer = this.#clock.set(closeTimeoutMs, () => socket.terminate())
  }

  #begin(socket: WebSocket): void {
    this.#socket = socket
    const { clock, target } = { clock: this.#clock, target: this.#target }
    this.#liveness = startLiveness({
      clock,
      pingIntervalMs: target.pingIntervalMs,
      pongTimeoutMs: target.pongTimeoutMs,
      ping: () => socket.ping(),
      lost: () => this.#lose(),
    })
    const writer = this.#writer
    this.#window = sendWindow({
      maxBehindMs: target.maxBehindMs,
      send: (track, ulaw, timestampMs) => socket.sendAscii(writer.media(track, ulaw, timestampMs)),
    })
    socket.send(connectedMessage)
    socket.send(this.#writer.start())
  }

  #handlers() {
    return {
      message: (payload: Buffer, isText: boolean) => this.#receive(payload, isText),
      drained: () => this.#window?.drained(),
      alive: () => this.#liveness?.heard(),
      closed: (why: 'closed' | 'lost' | 'protocol') =>
        this.#end(this.#why ?? (why === 'closed' ? 'closed-by-app' : why)),
    }
  }

  #send(message: string): void {
    const socket = this.#socket
    if (socket === undefined) return
    if (socket.bufferedAmount > maxBufferedBytes) this.#lose()
    else socket.send(message)
  }

  #lose(): void {
    this.#why ??= 'lost'
    this.#socket?.terminate()
  }

  #receive(payload: Buffer, isText: boolean): void {
    if (this.#why !== undefined) return
    this.#liveness?.heard()
    const message = isText && this.#listens ? this.#read(payload) : undefined
    switch (message?.kind) {
      case 'audio':
        return this.#receiveAudio(message.ulaw)
      case 'mark':
        this.#counts.marks += 1
        if (!this.#sink.mark(message.name)) this.#sink.warning('app-marks-refused')
        return
      case 'clear':
        this.#counts.clears += 1
        return this.#sink.clear()
      case 'ignored':
      case undefined:
        this.#counts.messagesIgnored += 1
        this.#sink.warning('app-message-ignored')
    }
  }

  #receiveAudio(ulaw: Uint8Array): void {
    if (startsWithRiff(ulaw)) this.#sink.warning('app-audio-has-riff-header')
    const rejected = ulaw.length - this.#sink.audio(ulaw)
    if (rejected === 0) return
    this.#counts.bytesRejected += rejected
    this.#sink.warning('app-buffer-full')
  }

  #end(why: StreamClosed): void {
    if (this.#ended) return
    this.#ended = true
    this.#why ??= why
    this.#window = undefined
    this.#socket = undefined
    this.#liveness?.stop()
    this.#cancelCloseTimer()
    this.#sink.closed(this.#why, { ...this.#counts })
  }
}

/** A WAV file sent as bare µ-law plays as a click and noise: worth a warning, it is always a mistake. */
function startsWithRiff(audio: Uint8Array): boolean {
  return audio[0] === 0x52 && audio[1] === 0x49 && audio[2] === 0x46 && audio[3] === 0x46
}
