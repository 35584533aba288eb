import type { Piece } from './pieces.ts'

const mostReadings = 16
const mostDigits = 64

/** Adds digits after a correction: they take the place of the last ones, of as many as they are, of all, or of none. */
function corrected(readings: readonly string[], digits: string): string[] {
  const out: string[] = []
  for (const reading of readings) {
    out.push(reading.slice(0, Math.max(0, reading.length - digits.length)) + digits)
    out.push(reading + digits)
    if (digits.length > 1) out.push(digits)
  }
  return [...new Set(out)].slice(0, mostReadings)
}

/** Pieces up to each correction, as one string of digits each. */
function stretches(pieces: readonly Piece[], apart: boolean): { digits: string; restart: boolean }[] {
  const out: { digits: string; restart: boolean }[] = []
  for (const piece of pieces) {
    const text = apart ? (piece.apart ?? piece.text) : piece.text
    const last = out.at(-1)
    if (last === undefined || piece.join === 'correction' || piece.join === 'restart')
      out.push({ digits: text, restart: piece.join === 'restart' })
    else last.digits += text
  }
  return out
}

function readingsOf(pieces: readonly Piece[], apart: boolean): string[] {
  let readings: string[] = ['']
  let first = true
  for (const { digits, restart } of stretches(pieces, apart)) {
    if (first) readings = [digits]
    else if (restart)
      readings = [...new Set([digits, ...readings.map((reading) => reading + digits)])].slice(0, mostReadings)
    else readings = corrected(readings, digits)
    first = false
  }
  return readings.filter((reading) => reading.length <= mostDigits)
}

/** What a sequence of numbers can mean as digits, the likeliest first. At most 32, none longer than 64 digits. */
export function digitReadings(pieces: readonly Piece[]): string[] {
  const readings = readingsOf(pieces, false)
  if (pieces.every((piece) => piece.apart === undefined)) return readings
  return [...new Set([...readings, ...readingsOf(pieces, true)])]
}

/** How many digits were said or written, corrections included. */
export function digitCount(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.text.length, 0)
}
