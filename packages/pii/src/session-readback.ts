import type { Analysis } from './analysis.ts'
import type { Finding, PiiType } from './contract.ts'
import { digitReadings } from './digit-readings.ts'

interface Known {
  readonly type: PiiType
  readonly digits: string
  readonly atMs: number
}

const mostKnown = 64
const keepMs = 600_000
const leastDigits = 3

/** Digits that were sensitive once in a conversation are so whoever says them again, whole or in part. In memory only, and bounded. */
export function readback(): {
  learn(finding: Finding, atMs: number): void
  find(analysis: Analysis, atMs: number): Finding[]
  forget(): void
} {
  let known: Known[] = []
  const lookUp = (readings: readonly string[]): Known | undefined =>
    known.find(({ digits }) =>
      readings.some((reading) => reading.length >= leastDigits && digits.includes(reading)),
    )
  return {
    learn: ({ type, value = '' }, atMs) => {
      const digits = value.replace(/[^0-9]/g, '')
      if (digits.length < leastDigits || type === 'date' || known.some((one) => one.digits === digits)) return
      known = [
        ...known.filter((one) => one.atMs > atMs - keepMs).slice(1 - mostKnown),
        { type, digits, atMs },
      ]
    },
    find: (analysis, atMs) => {
      if (known.length === 0) return []
      known = known.filter((one) => one.atMs > atMs - keepMs)
      return analysis.runs.flatMap((run) => {
        const pieces = run.pieces.filter((piece) => piece.digits)
        const again = pieces.some((piece) => piece.quantity) ? undefined : lookUp(digitReadings(pieces))
        if (again === undefined) return []
        const start = analysis.scan.tokens[pieces[0]?.from ?? 0]?.start ?? 0
        const end = analysis.scan.tokens[(pieces.at(-1)?.to ?? 1) - 1]?.end ?? 0
        return [{ type: again.type, start, end, confidence: 0.9, by: 'readback' }]
      })
    },
    forget: () => {
      known = []
    },
  }
}
