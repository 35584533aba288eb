import type { Random } from '#kernel'

/** Writes the frames of a WebSocket client, whole messages only: RFC 6455 §5.2. Each result is fresh memory. */
export interface FrameWriter {
  /** `text` must be ASCII. */
  ascii(text: string): Buffer
  text(text: string): Buffer
  /** Copies the payload. */
  binary(payload: Uint8Array): Buffer
  ping(): Buffer
  pong(payload: Buffer): Buffer
  close(code: number): Buffer
}

const final = 0x80
const opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const
const maskBytes = 4
/** Masks are drawn this many at a time. */
const masksPerDraw = 64

export function frameWriter(random: Random): FrameWriter {
  let masks: Uint8Array = new Uint8Array(0)
  let nextMask = 0

  /** Lays out the header and the mask; returns where the payload begins. */
  function begin(frame: Buffer, code: number, length: number): number {
    frame[0] = final | code
    let at = 2
    if (length < 126) frame[1] = 0x80 | length
    else if (length < 0x10000) {
      frame[1] = 0x80 | 126
      at = frame.writeUInt16BE(length, 2)
    } else {
      frame[1] = 0x80 | 127
      at = frame.writeBigUInt64BE(BigInt(length), 2)
    }
    if (nextMask >= masks.length) {
      masks = random.bytes(maskBytes * masksPerDraw)
      nextMask = 0
    }
    for (let i = 0; i < maskBytes; i += 1) frame[at + i] = masks[nextMask++] ?? 0
    return at + maskBytes
  }

  function frameOf(code: number, length: number, write: (frame: Buffer, at: number) => void): Buffer {
    const frame = Buffer.allocUnsafe(headerBytes(length) + length)
    const at = begin(frame, code, length)
    write(frame, at)
    mask(frame, at)
    return frame
  }

  return {
    ascii(text) {
      const { length } = text
      const frame = Buffer.allocUnsafe(headerBytes(length) + length)
      const at = begin(frame, opcode.text, length)
      frame.write(text, at, 'latin1')
      mask(frame, at)
      return frame
    },
    text: (text) => frameOf(opcode.text, Buffer.byteLength(text), (frame, at) => frame.write(text, at)),
    binary(payload) {
      const frame = Buffer.allocUnsafe(headerBytes(payload.length) + payload.length)
      const at = begin(frame, opcode.binary, payload.length)
      frame.set(payload, at)
      mask(frame, at)
      return frame
    },
    ping: () => frameOf(opcode.ping, 0, () => {}),
    pong: (payload) => frameOf(opcode.pong, payload.length, (frame, at) => payload.copy(frame, at)),
    close: (code) => frameOf(opcode.close, 2, (frame, at) => frame.writeUInt16BE(code, at)),
  }
}

function headerBytes(length: number): number {
  return (length < 126 ? 2 : length < 0x10000 ? 4 : 10) + maskBytes
}

/** RFC 6455 §5.3, over everything from `at`; the mask stands before it. */
function mask(frame: Buffer, at: number): void {
  const a = frame[at - 4] ?? 0
  const b = frame[at - 3] ?? 0
  const c = frame[at - 2] ?? 0
  const d = frame[at - 1] ?? 0
  const end = frame.length
  let i = at
  for (; i + 3 < end; i += 4) {
    frame[i] = (frame[i] as number) ^ a
    frame[i + 1] = (frame[i + 1] as number) ^ b
    frame[i + 2] = (frame[i + 2] as number) ^ c
    frame[i + 3] = (frame[i + 3] as number) ^ d
  }
  if (i < end) frame[i] = (frame[i] as number) ^ a
  if (i + 1 < end) frame[i + 1] = (frame[i + 1] as number) ^ b
  if (i + 2 < end) frame[i + 2] = (frame[i + 2] as number) ^ c
}
