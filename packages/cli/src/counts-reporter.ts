import type { TestEvent } from 'node:test/reporters'
import { inspect } from 'node:util'

/** What one run of `node --test` came to. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Each failure in words: file, name, what was wrong. */
  readonly failures: readonly string[]
}

/** A `node:test` reporter that yields one JSON object, a `Counts`. */
async function* counts(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const total = { passed: 0, failed: 0, skipped: 0 }
  const failures: string[] = []
  for await (const event of source) {
    if (event.type === 'test:pass' && event.data.details.type !== 'suite')
      total[event.data.skip === undefined ? 'passed' : 'skipped'] += 1
    if (event.type !== 'test:fail') continue
    total.failed += 1
    const { file, name, details } = event.data
    failures.push(`${file ?? ''}: ${name}\n${inspect(details.error.cause ?? details.error)}`)
  }
  yield JSON.stringify({ ...total, failures } satisfies Counts)
}

// oxlint-disable-next-line import/no-default-export -- what `node:test` takes a reporter by
export { counts as default }
