import { chanceFrom } from './chance.ts'
import type { Coverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import type { Target } from './target.ts'

export interface FuzzOptions {
  readonly target: Target
  readonly corpus: readonly Uint8Array[]
  readonly seed: number
  readonly coverage: Coverage
  /** Called before each input is taken, so that somebody else can tell which one hangs. */
  readonly about: (input: Uint8Array) => void
  readonly goesOn: () => boolean
}

export interface Finding {
  readonly input: Uint8Array
  readonly error: string
}

export interface FuzzResult {
  readonly runs: number
  /** Inputs that reached something which nothing before them did. */
  readonly found: readonly Uint8Array[]
  readonly finding: Finding | undefined
}

/**
 * Inputs run between two looks at the coverage. A look costs some 30 ms, as much as hundreds of inputs: the batches grow while
 * nothing new turns up, and shrink when something does.
 */
const batchSizes = { least: 32, most: 4_096 }
/** One parent in three comes from the inputs that were found last, this many. */
const recent = 20

/** Tries inputs, keeps those that reach something new, and makes the next ones from them. Stops at the first fault. */
export function fuzzOne(options: FuzzOptions): FuzzResult {
  const { target, coverage, about } = options
  const chance = chanceFrom(options.seed)
  const words = target.words.map((word) => new Uint8Array(Buffer.from(word, 'latin1')))
  const seeds = target
    .seeds()
    .map((seed) => (typeof seed === 'string' ? new Uint8Array(Buffer.from(seed)) : seed))
  const pool: Uint8Array[] = []
  const found: Uint8Array[] = []
  let runs = 0

  function attempt(input: Uint8Array): Finding | undefined {
    about(input)
    runs += 1
    try {
      target.take(input)
      return undefined
    } catch (error) {
      return { input, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
  }

  /** Runs inputs; the fault of the first that has one. */
  function attemptAll(inputs: readonly Uint8Array[]): Finding | undefined {
    for (const input of inputs) {
      const finding = attempt(input)
      if (finding !== undefined) return finding
    }
    return undefined
  }

  /** Something of these is news: halves them until it is clear which, and keeps those. */
  function keepWhatIsNew(inputs: readonly Uint8Array[]): Finding | undefined {
    const middle = inputs.length >> 1
    for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
      const finding = attemptAll(half)
      if (finding !== undefined) return finding
      const news = coverage.take()
      if (news.size === 0) continue
      const [only] = half
      if (half.length > 1 || only === undefined) {
        const deeper = keepWhatIsNew(half)
        if (deeper !== undefined) return deeper
        continue
      }
      coverage.learn(news)
      pool.push(only)
      found.push(only)
    }
    return undefined
  }

  const known = [...seeds, ...options.corpus]
  let finding = attemptAll(known)
  pool.push(...known, new Uint8Array(0))
  coverage.learn(coverage.take())
  const other = () => chance.pick(pool) ?? new Uint8Array(0)
  const parent = () =>
    (chance.oneIn(3) ? pool.at(-1 - chance.below(Math.min(recent, pool.length))) : undefined) ?? other()
  let size = batchSizes.least
  while (finding === undefined && options.goesOn()) {
    const made = { chance, words, maxBytes: target.maxBytes, other }
    const batch = Array.from({ length: size }, () => mutate(parent(), made))
    finding = attemptAll(batch)
    const isNews = finding === undefined && coverage.take().size > 0
    if (isNews) finding = keepWhatIsNew(batch)
    size = isNews ? Math.max(batchSizes.least, size >> 1) : Math.min(batchSizes.most, size * 2)
  }
  return { runs, found, finding }
}
