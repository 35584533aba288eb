import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'corpus')
const fileOf = (target: string) => join(folder, `${target}.txt`)

/** The inputs that are kept of a target: one a line, as base64, the shortest first. */
export function readCorpus(target: string): Uint8Array[] {
  if (!existsSync(fileOf(target))) return []
  const lines = readFileSync(fileOf(target), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => Uint8Array.fromBase64(line))
}

/** Longer ones are found again soon: they are repetitions of shorter ones. */
const maxKeptBytes = 8 * 1024

export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(folder, { recursive: true })
  const lines = inputs
    .filter(({ length }) => length <= maxKeptBytes)
    .toSorted((a, b) => a.length - b.length)
    .map((input) => `${input.toBase64()}\n`)
  writeFileSync(fileOf(target), lines.join(''))
}

/** Writes down an input that shows a fault; returns where. */
export function keepFault(target: string, input: Uint8Array): string {
  const to = join(tmpdir(), 'voxkeep-fuzz')
  mkdirSync(to, { recursive: true })
  const path = join(to, `${target}-${createHash('sha256').update(input).digest('hex').slice(0, 16)}`)
  writeFileSync(path, input)
  return path
}
