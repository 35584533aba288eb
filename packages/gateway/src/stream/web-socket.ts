import type { TLSSocket } from 'node:tls'
import type { Random } from '#kernel'
import { frameReader, type FrameReader } from './frame-reader.ts'
import { frameWriter, type FrameWriter } from './frame-writer.ts'

/** The longest message an app may send: 1 MiB, about a minute and a half of audio. */
const maxMessageBytes = 1_024 * 1_024

export interface WebSocketHandlers {
  /** Borrowed until the call returns. */
  message(payload: Buffer, isText: boolean): void
  /** Everything that was sent has left for the kernel, after a message that filled the buffer. */
  drained(): void
  /** The app answered a ping, or pinged: it is alive. */
  alive(): void
  /** The connection is gone. */
  closed(why: 'closed' | 'lost' | 'protocol'): void
}

/**
 * The client's end of an open WebSocket, on a TLS socket that it owns. It exists beside the `ws` package because each
 * call sends and receives fifty messages a second, and two thirds of what those cost in `ws` lies outside TLS.
 */
export class WebSocket {
  readonly #socket: TLSSocket
  readonly #writer: FrameWriter
  readonly #reader: FrameReader
  #handlers: WebSocketHandlers | undefined
  /** Why it ends, once that is known. */
  #why: 'closed' | 'lost' | 'protocol' | undefined
  #closeSent = false

  constructor(socket: TLSSocket, random: Random) {
    this.#socket = socket
    this.#writer = frameWriter(random)
    this.#reader = frameReader(maxMessageBytes, {
      message: (payload, isText) => this.#handlers?.message(payload, isText),
      ping: (payload) => this.#answerPing(payload),
      pong: () => this.#handlers?.alive(),
      close: (code) => this.#answerClose(code),
      failed: (code) => this.#fail(code),
    })
    socket.on('error', () => (this.#why ??= 'lost'))
    socket.on('drain', () => this.#handlers?.drained())
    socket.once('close', () => this.#handlers?.closed(this.#why ?? 'lost'))
  }

  /** Names who hears of it, and reads what came with the answer to the upgrade. */
  start(handlers: WebSocketHandlers, early: Buffer): void {
    this.#handlers = handlers
    this.push(early)
  }

  /** Takes what the socket read, borrowed until the call returns. */
  push(bytes: Buffer): void {
    if (this.#why === undefined || this.#closeSent) this.#reader.push(bytes)
  }

  /** Bytes that the kernel has not taken yet. */
  get bufferedAmount(): number {
    return this.#socket.writableLength
  }

  /** Sends a message of ASCII alone; false when the buffer is full with it, until `drained`. */
  sendAscii(text: string): boolean {
    return this.#closeSent || this.#socket.write(this.#writer.ascii(text))
  }

  /** Sends a binary message; false when the buffer is full with it, until `drained`. */
  sendBinary(payload: Uint8Array): boolean {
    return this.#closeSent || this.#socket.write(this.#writer.binary(payload))
  }

  /** Sends text, or bytes as a binary message. */
  send(message: string | Uint8Array): void {
    if (!this.#writes) return
    this.#socket.write(
      typeof message === 'string' ? this.#writer.text(message) : this.#writer.binary(message),
    )
  }

  /** Reads nothing more until `resume`, but for what was read already: the rest waits with the app. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  ping(): void {
    if (this.#writes) this.#socket.write(this.#writer.ping())
  }

  /** Starts the closing handshake; `closed` follows once the app has answered and the connection is down. */
  close(code: number): void {
    if (!this.#writes) return
    this.#socket.write(this.#writer.close(code))
    this.#closeSent = true
  }

  /** Ends it here and now. */
  terminate(): void {
    this.#socket.destroy()
  }

  get #writes(): boolean {
    return !this.#closeSent && this.#socket.writable
  }

  #answerPing(payload: Buffer): void {
    this.#handlers?.alive()
    // An app that pings and reads nothing gets no answers that it does not take.
    if (this.#writes && this.bufferedAmount < maxMessageBytes) this.#socket.write(this.#writer.pong(payload))
  }

  /** RFC 6455 §5.5.1: a close frame is answered with one; after both, the connection goes down. */
  #answerClose(code: number): void {
    this.#why ??= 'closed'
    this.close(code === 1005 ? 1000 : code)
    this.#socket.end()
  }

  #fail(code: number): void {
    this.#why ??= 'protocol'
    this.close(code)
    this.#socket.destroySoon()
  }
}
