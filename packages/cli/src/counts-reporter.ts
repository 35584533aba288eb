import type { TestEvent } from 'node:test/reporters'

/** A `node:test` reporter that yields one JSON object: how many tests passed, failed and were skipped. */
async function* counts(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for await (const event of source) {
    if (event.type === 'test:pass' && event.data.details.type !== 'suite')
      total[event.data.skip === undefined ? 'passed' : 'skipped'] += 1
    if (event.type === 'test:fail') total.failed += 1
  }
  yield JSON.stringify(total)
}

// oxlint-disable-next-line import/no-default-export -- what `node:test` takes a reporter by
export { counts as default }
