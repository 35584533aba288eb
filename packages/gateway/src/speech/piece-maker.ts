import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import { cutAudio, isQuiet, type CutOptions } from './cut-audio.ts'

/** A stretch of one voice to be heard as a whole. */
export interface Piece {
  readonly fromMs: number
  readonly toMs: number
  /** Where the next one begins: before `toMs` when they share something. */
  readonly nextMs: number
  readonly ulaw: Uint8Array
  /** Nobody speaks in it: it need not be heard. */
  readonly isQuiet: boolean
}

const samplesPerMs = 8
/** Looking for pauses is not done anew for every frame. */
const lookEverySamples = 3_200
/** A longer hole ends a piece; shorter ones are silence. */
const maxHoleMs = 500

/** Cuts one voice into pieces. */
export function pieceMaker(options: CutOptions): {
  /** Copies; what overlaps with what came before is left out. */
  push(ulaw: Uint8Array, atMs: number): readonly Piece[]
  /** What is left, at the end. */
  rest(): readonly Piece[]
  readonly endMs: number
} {
  let gathered = new Uint8Array(2 * options.targetSamples)
  let length = 0
  let fromMs = 0
  let endMs = 0
  let looked = 0

  function add(ulaw: Uint8Array): void {
    if (length + ulaw.length > gathered.length) {
      const grown = new Uint8Array(2 * (length + ulaw.length))
      grown.set(gathered.subarray(0, length))
      gathered = grown
    }
    gathered.set(ulaw, length)
    length += ulaw.length
    endMs = fromMs + length / samplesPerMs
  }

  function cutAt(at: number, next: number, quiet: boolean): Piece {
    const [toMs, nextMs] = [fromMs + at / samplesPerMs, fromMs + next / samplesPerMs]
    const piece = { fromMs, toMs, nextMs, ulaw: gathered.slice(0, at), isQuiet: quiet }
    gathered.copyWithin(0, next, length)
    length -= next
    fromMs = nextMs
    looked = 0
    return piece
  }

  function rest(): readonly Piece[] {
    return length === 0 ? [] : [cutAt(length, length, isQuiet(gathered.subarray(0, length)))]
  }

  function cuts(): readonly Piece[] {
    const pieces: Piece[] = []
    while (length - looked >= lookEverySamples) {
      const cut = cutAudio(gathered.subarray(0, length), options)
      if (cut === undefined) {
        looked = length
        break
      }
      pieces.push(cutAt(cut.at, cut.next, cut.isQuiet))
    }
    return pieces
  }

  return {
    push(ulaw, atMs) {
      const pieces: Piece[] = []
      const holeMs = endMs === 0 ? 0 : atMs - endMs
      if (endMs === 0 || holeMs > maxHoleMs) {
        pieces.push(...rest())
        fromMs = atMs
        endMs = atMs
      } else if (holeMs > 0) add(new Uint8Array(Math.round(holeMs * samplesPerMs)).fill(ULAW_SILENCE))
      add(holeMs < 0 ? ulaw.subarray(Math.round(-holeMs * samplesPerMs)) : ulaw)
      return [...pieces, ...cuts()]
    },
    rest,
    get endMs() {
      return endMs
    },
  }
}
