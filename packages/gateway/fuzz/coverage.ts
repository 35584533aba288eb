import { Session, type Profiler } from 'node:inspector'

/** Blocks of code, and how often each was entered, in powers of two. */
export type Reached = ReadonlyMap<string, number>

/** Tells what an input reached that nothing before it did, by V8's block counts. */
export interface Coverage extends Disposable {
  /** What ran since the last call and is not learnt yet; empty when all of it is known. */
  take(): Reached
  learn(reached: Reached): void
  forget(): void
  readonly blocks: number
}

/**
 * Counts blocks of this thread's scripts whose path `isOurs`. A block is news again when it is entered an order of magnitude
 * more often than ever before, so that inputs which loop longer are kept as well.
 */
export function startCoverage(isOurs: (url: string) => boolean): Coverage {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const seen = new Map<string, number>()

  function note(script: string, range: Profiler.CoverageRange, news: Map<string, number>): void {
    if (range.count === 0) return
    const block = `${script}:${range.startOffset}:${range.endOffset}`
    const magnitude = 32 - Math.clz32(range.count)
    if (magnitude > (seen.get(block) ?? 0)) news.set(block, magnitude)
  }

  return {
    take() {
      const news = new Map<string, number>()
      // The answer comes before `post` returns.
      session.post('Profiler.takePreciseCoverage', (_error, answer) => {
        for (const script of answer.result) {
          if (!isOurs(script.url)) continue
          for (const { ranges } of script.functions)
            for (const range of ranges) note(script.scriptId, range, news)
        }
      })
      return news
    },
    learn(reached) {
      for (const [block, magnitude] of reached) seen.set(block, magnitude)
    },
    forget: () => seen.clear(),
    get blocks() {
      return seen.size
    },
    [Symbol.dispose]() {
      session.post('Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}
