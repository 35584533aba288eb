import { silenceMeter } from './silence-meter.ts'

/** What somebody says, without the pauses: µ-law at 8 kHz, in memory alone, and no more of it than there is room for. */
export interface NetSpeech {
  /** A piece of what is heard, borrowed. */
  add(ulaw: Uint8Array): void
  /** How much of it was speech. */
  readonly speechMs: number
  /** How long nothing was said since. */
  readonly quietMs: number
  readonly isFull: boolean
  /** What was kept; aliases memory that `wipe` zeroes. */
  readonly ulaw: Uint8Array
  /** Zeroes it, and begins anew. */
  wipe(): void
}

const bytesPerMs = 8
/** Of one person's voice; what an engine needs is less, and every engine's bound is beyond it. */
const roomMs = 30_000
/** A word dies away: what follows speech so closely belongs to it. */
const tailMs = 80

export function netSpeech(): NetSpeech {
  const room = new Uint8Array(roomMs * bytesPerMs)
  let meter = silenceMeter()
  let [kept, spoken, quiet] = [0, 0, Infinity]
  return {
    add(ulaw) {
      const speaks = meter.speaks(ulaw)
      quiet = speaks ? 0 : quiet + ulaw.length
      if (quiet > tailMs * bytesPerMs) return
      const piece = ulaw.subarray(0, room.length - kept)
      room.set(piece, kept)
      kept += piece.length
      if (speaks) spoken += piece.length
    },
    get speechMs() {
      return spoken / bytesPerMs
    },
    get quietMs() {
      return quiet / bytesPerMs
    },
    get isFull() {
      return kept === room.length
    },
    get ulaw() {
      return room.subarray(0, kept)
    },
    wipe() {
      room.fill(0)
      meter = silenceMeter()
      ;[kept, spoken, quiet] = [0, 0, Infinity]
    },
  }
}
