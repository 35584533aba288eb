/** What the app's end of a WebSocket sent. */
export interface FrameHandlers {
  /** A whole text or binary message, borrowed until the call returns. */
  message(payload: Buffer, isText: boolean): void
  /** RFC 6455 §5.5.2: to be answered with the same payload, which is borrowed. */
  ping(payload: Buffer): void
  pong(): void
  /** The app's close frame; `code` is 1005 when it gave none (RFC 6455 §7.1.5). Nothing is read after it. */
  close(code: number): void
  /** The app broke the protocol; nothing is read any more. `code` is what RFC 6455 §7.4.1 answers. */
  failed(code: 1002 | 1009): void
}

export interface FrameReader {
  /** Takes the next bytes of the connection, borrowed until the call returns. Never throws. */
  push(bytes: Buffer): void
}

const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const
const maxHeaderBytes = 10
const maxControlBytes = 125
const emptyPayload = Buffer.alloc(0)

/**
 * Reads the frames of a WebSocket server: RFC 6455 §5. A frame that lies whole in what came is handed on where it
 * stands; only what is cut is copied, into memory of its announced length, which `maxMessageBytes` bounds first.
 */
export function frameReader(maxMessageBytes: number, handlers: FrameHandlers): FrameReader {
  return new Reader(maxMessageBytes, handlers)
}

interface Header {
  final: boolean
  opcode: number
  length: number
  /** Of the header itself. */
  bytes: number
}

class Reader implements FrameReader {
  readonly #handlers: FrameHandlers
  readonly #maxMessageBytes: number
  readonly #header: Header = { final: true, opcode: 0, length: 0, bytes: 0 }
  /** A header that came in pieces. */
  #cut: Buffer = emptyPayload
  /** A payload that came in pieces, and how much of it is there. */
  #payload: Buffer | undefined
  #filled = 0
  /** The fragments of a message so far. */
  #fragments: Buffer[] = []
  #fragmentBytes = 0
  #messageOpcode: number | undefined
  #done = false

  constructor(maxMessageBytes: number, handlers: FrameHandlers) {
    this.#maxMessageBytes = maxMessageBytes
    this.#handlers = handlers
  }

  push(bytes: Buffer): void {
    let rest = this.#cut.length === 0 ? bytes : Buffer.concat([this.#cut, bytes])
    this.#cut = emptyPayload
    while (!this.#done && rest.length > 0)
      rest = this.#payload === undefined ? this.#begin(rest) : this.#fill(rest)
  }

  /** Reads a header and, where it is whole, its payload; returns what follows. */
  #begin(bytes: Buffer): Buffer {
    const header = this.#header
    const parsed = this.#readHeader(bytes)
    if (parsed === 'more') {
      this.#cut = Buffer.from(bytes) // at most nine bytes
      return emptyPayload
    }
    if (parsed !== 'ok') return this.#fail(parsed)
    const end = header.bytes + header.length
    if (bytes.length < end) {
      this.#payload = Buffer.allocUnsafe(header.length)
      this.#filled = 0
      return bytes.subarray(header.bytes)
    }
    this.#take(bytes.subarray(header.bytes, end))
    return end === bytes.length ? emptyPayload : bytes.subarray(end)
  }

  #fill(bytes: Buffer): Buffer {
    const payload = this.#payload as Buffer
    const copied = bytes.copy(payload, this.#filled)
    this.#filled += copied
    if (this.#filled === payload.length) {
      this.#payload = undefined
      this.#take(payload)
    }
    return bytes.subarray(copied)
  }

  #readHeader(bytes: Buffer): 'ok' | 'more' | 1002 | 1009 {
    const first = bytes[0] ?? 0
    const second = bytes[1] ?? 0
    if ((first & 0x70) !== 0) return 1002 // no extension was agreed
    if (bytes.length < 2) return 'more'
    if ((second & 0x80) !== 0) return 1002 // RFC 6455 §5.1: a server never masks
    const short = second & 0x7f
    const bytesOfHeader = short === 127 ? maxHeaderBytes : short === 126 ? 4 : 2
    if (bytes.length < bytesOfHeader) return 'more'
    const header = this.#header
    header.final = (first & 0x80) !== 0
    header.opcode = first & 0x0f
    header.bytes = bytesOfHeader
    header.length =
      short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
    return this.#checkHeader(header)
  }

  #checkHeader({ opcode: code, final, length }: Header): 'ok' | 1002 | 1009 {
    if (code >= opcode.close) {
      return code <= opcode.pong && final && length <= maxControlBytes ? 'ok' : 1002
    }
    if (code > opcode.binary) return 1002
    const continues = code === opcode.continuation
    if (continues !== (this.#messageOpcode !== undefined)) return 1002
    return this.#fragmentBytes + length <= this.#maxMessageBytes ? 'ok' : 1009
  }

  #take(payload: Buffer): void {
    const { final, opcode: code } = this.#header
    switch (code) {
      case opcode.ping:
        return this.#handlers.ping(payload)
      case opcode.pong:
        return this.#handlers.pong()
      case opcode.close:
        return this.#takeClose(payload)
    }
    if (final && this.#messageOpcode === undefined) {
      return this.#handlers.message(payload, code === opcode.text)
    }
    this.#messageOpcode ??= code
    if (payload.length > 0) this.#fragments.push(Buffer.from(payload))
    this.#fragmentBytes += payload.length
    if (!final) return
    const whole = Buffer.concat(this.#fragments)
    const isText = this.#messageOpcode === opcode.text
    this.#fragments = []
    this.#fragmentBytes = 0
    this.#messageOpcode = undefined
    this.#handlers.message(whole, isText)
  }

  #takeClose(payload: Buffer): void {
    if (payload.length === 1) return void this.#fail(1002)
    this.#done = true
    this.#handlers.close(payload.length === 0 ? 1005 : payload.readUInt16BE(0))
  }

  #fail(code: 1002 | 1009): Buffer {
    this.#done = true
    this.#handlers.failed(code)
    return emptyPayload
  }
}
