/** A call and a frame number, hidden in the audio so that its echo can be told from every other. */
export interface FrameMark {
  /** 16 bits. */
  readonly call: number
  /** 24 bits. */
  readonly frame: number
}

const magic = [0x5a, 0xa5, 0xc3] as const // three loud bytes of alternating sign, which no codec's silence looks like
const markBytes = 8

/** µ-law bytes with room for marks: a quiet tone in which no mark can be mistaken. */
export function markedPayload(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (index % 16 < 8 ? 0xdf : 0x5f))
}

/** Writes the mark at the start and in the middle: a frame cut anywhere keeps one whole. */
export function writeMark(payload: Uint8Array, call: number, frame: number): void {
  writeAt(payload, 0, call, frame)
  writeAt(payload, payload.length >> 1, call, frame)
}

function writeAt(payload: Uint8Array, at: number, call: number, frame: number): void {
  payload[at] = magic[0]
  payload[at + 1] = magic[1]
  payload[at + 2] = magic[2]
  payload[at + 3] = call >>> 8
  payload[at + 4] = call
  payload[at + 5] = frame >>> 16
  payload[at + 6] = frame >>> 8
  payload[at + 7] = frame
}

/** The first whole mark from `from` on, at the cost of one look when the frame came back uncut. */
export function readMark(bytes: Uint8Array, from = 0): FrameMark | undefined {
  for (let at = from; at + markBytes <= bytes.length; at += 1) {
    if (bytes[at] !== magic[0] || bytes[at + 1] !== magic[1] || bytes[at + 2] !== magic[2]) continue
    const call = ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0)
    const frame = ((bytes[at + 5] ?? 0) << 16) | ((bytes[at + 6] ?? 0) << 8) | (bytes[at + 7] ?? 0)
    return { call, frame }
  }
  return undefined
}
