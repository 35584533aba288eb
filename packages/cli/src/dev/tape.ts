import { readFile, writeFile } from 'node:fs/promises'

/** What passed between a gateway and an app, with times from the beginning: to look at, and to replay. */
export interface Tape {
  readonly version: 1
  readonly entries: readonly TapeEntry[]
}

export type TapeEntry =
  | {
      readonly atMs: number
      readonly kind: 'webhook'
      readonly event: TapeEvent
      readonly status: number
      readonly answer: unknown
    }
  | { readonly atMs: number; readonly kind: 'open'; readonly stream: number; readonly protocol: string }
  | {
      readonly atMs: number
      readonly kind: 'to-app' | 'from-app'
      readonly stream: number
      readonly text?: string
      /** Base64. */
      readonly bytes?: string
    }
  | { readonly atMs: number; readonly kind: 'close'; readonly stream: number }

export interface TapeEvent {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Collects entries, up to a bound; what comes after is left out, and `isFull` says so. */
export interface Recorder {
  add(entry: TapeEntry): void
  readonly isFull: boolean
  tape(): Tape
}

const maxCharacters = 64 * 1_024 * 1_024 // an hour and a half of one stream

export function recorder(): Recorder {
  const entries: TapeEntry[] = []
  let characters = 0
  return {
    add(entry) {
      characters +=
        'stream' in entry && 'text' in entry
          ? (entry.text?.length ?? 0)
          : ('bytes' in entry ? (entry.bytes?.length ?? 0) : 0) + 100
      if (characters <= maxCharacters) entries.push(entry)
    },
    get isFull() {
      return characters > maxCharacters
    },
    tape: () => ({ version: 1, entries }),
  }
}

/** The file holds what the caller said: only its owner may read it. */
export function writeTape(file: string, tape: Tape): Promise<void> {
  const lines = tape.entries.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')
  return writeFile(file, `{\n  "version": 1,\n  "entries": [\n${lines}\n  ]\n}\n`, { mode: 0o600 })
}

/** Rejects with an `Error` for a person to read. */
export async function readTape(file: string): Promise<Tape> {
  const tape = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Partial<Tape>,
    (cause: unknown) => {
      throw new Error(`${file} cannot be read`, { cause })
    },
  )
  if (tape.version !== 1 || !Array.isArray(tape.entries))
    throw new Error(`${file} was not written by "voxkeep dev --record"`)
  return tape as Tape
}
