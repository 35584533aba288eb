/** Something that takes bytes of strangers. */
export interface Target {
  readonly name: string
  /** Well-formed inputs to begin with. */
  readonly seeds: () => readonly (string | Uint8Array)[]
  /** Words of the format. */
  readonly words: readonly string[]
  readonly maxBytes: number
  /** Makes ready what `take` needs. */
  readonly prepare?: () => Promise<void>
  /** Takes an input as a peer would have sent it. Throws when something is wrong with how it was taken. */
  readonly take: (input: Uint8Array) => void
}

/** Throws when a promise that holds for every input does not. */
export function promise(holds: boolean, what: string): void {
  if (!holds) throw new Error(`broken promise: ${what}`)
}
