import { setTimeout } from 'node:timers/promises'
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

/** What `node:test` notes when an error belongs to no running test; it fails the run, and no test. */
const strayError = /^Error: .*generated asynchronous activity after the test ended/s
/** What tests closed with their last breath has until then to be gone. */
const graceMs = 3_000
/** Ours and the runner's: what is being written, and standard streams. */
const ownResources = new Set(['FSReqCallback', 'PipeWrap', 'TTYWrap'])

/**
 * A `node:test` reporter that yields one JSON object, a `Counts`. Under `--test-isolation=none --test-force-exit` it also tells
 * what tests left open: without that flag such a run would stand still for ever, and say nothing.
 */
async function* counts(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const total = { passed: 0, failed: 0, skipped: 0 }
  const failures: string[] = []
  const fail = (text: string) => {
    total.failed += 1
    failures.push(text)
  }
  for await (const event of source) {
    if (event.type === 'test:pass' && event.data.details.type !== 'suite')
      total[event.data.skip === undefined ? 'passed' : 'skipped'] += 1
    if (event.type === 'test:diagnostic' && strayError.test(event.data.message)) fail(event.data.message)
    if (event.type !== 'test:fail') continue
    const { file, name, details } = event.data
    fail(`${file ?? ''}: ${name}\n${inspect(details.error.cause ?? details.error)}`)
  }
  const left = await leftOpen()
  // A test that failed may well leave something; that is no news then.
  if (left.length > 0 && total.failed === 0)
    fail(`after the last test there is still open: ${left.join(', ')}`)
  yield JSON.stringify({ ...total, failures } satisfies Counts)
}

async function leftOpen(): Promise<string[]> {
  const untilMs = performance.now() + graceMs
  for (;;) {
    const open = process.getActiveResourcesInfo().filter((kind) => !ownResources.has(kind))
    if (open.length === 0 || performance.now() > untilMs) return open
    await setTimeout(50) // it is gone by the time that is looked again
  }
}

// oxlint-disable-next-line import/no-default-export -- what `node:test` takes a reporter by
export { counts as default }
