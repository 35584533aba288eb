import type { Coverage } from './coverage.ts'
import type { Target } from './target.ts'

/** The inputs, of those that take their target without fault, that reach all which all of them reach: shortest first. */
export function distil(target: Target, inputs: readonly Uint8Array[], coverage: Coverage): Uint8Array[] {
  coverage.take()
  coverage.forget()
  return inputs
    .toSorted((a, b) => a.length - b.length)
    .filter((input) => {
      target.take(input)
      const news = coverage.take()
      coverage.learn(news)
      return news.size > 0
    })
}
