import { Command } from 'commander'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { progress } from './output.ts'
import { nodeFlags, root } from './paths.ts'
import { run } from './run.ts'
import { runGates, tellFailed, type FailedGate } from './check-command.ts'
import type { Counts } from './counts-reporter.ts'
import { testPlan, type Suite } from './test-plan.ts'

async function runSuite(suite: Suite, counts: string, pattern: string | undefined): Promise<Counts> {
  const only = pattern === undefined ? [] : [`--test-name-pattern=${pattern}`]
  const reporters = [
    '--test-reporter-destination=stderr',
    `--test-reporter=${join(import.meta.dirname, 'counts-reporter.ts')}`,
    `--test-reporter-destination=${counts}`,
  ]
  const status = await run(
    process.execPath,
    [...nodeFlags, '--test', ...only, ...suite.flags, ...reporters, ...suite.files],
    { cwd: root, env: { ...process.env, ...suite.env } },
  )
  const counted = JSON.parse(readFileSync(counts, 'utf8')) as Counts
  const silent = { ...counted, failed: 1, failures: [`${suite.name}: the run ended with status ${status}`] }
  return status !== 0 && counted.failed === 0 ? silent : counted
}

function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
  }
}

/** Says how long each part took. */
function stopwatch(): (what: string) => void {
  let sinceMs = performance.now()
  return (what) => {
    const nowMs = performance.now()
    progress(`\n${what}: took ${((nowMs - sinceMs) / 1_000).toFixed(0)} s`)
    sinceMs = nowMs
  }
}

export function testCommand(): Command {
  return new Command('test')
    .description('Run every check and test.')
    .option('--fast', 'leave out the end-to-end tests, and types to the linter (a good minute on two cores)')
    .option('--only <pattern>', 'run only tests whose name matches')
    .action(async (options: { fast?: true; only?: string }) => {
      const dir = mkdtempSync(join(tmpdir(), 'voxkeep-test-'))
      const took = stopwatch()
      let total: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] }
      const failedGates: FailedGate[] = []
      const fast = options.fast ?? false
      for (const [index, sideBySide] of testPlan(fast).entries()) {
        for (const { name, files } of sideBySide) progress(`\n${name}: ${files.length} files`)
        // Checks compute while unit tests wait.
        const gates = index === 0 && options.only === undefined ? runGates(fast) : []
        const suites = sideBySide.map((suite, at) =>
          runSuite(suite, join(dir, `counts-${at}.json`), options.only),
        )
        const [counted, failed] = await Promise.all([Promise.all(suites), gates])
        total = [total, ...counted].reduce(add)
        failedGates.push(...failed)
        took(sideBySide.map(({ name }) => name).join('; '))
      }
      rmSync(dir, { recursive: true })
      for (const failure of total.failures) progress(`\nfailed: ${failure}`)
      tellFailed(failedGates)
      const failed = total.failed + failedGates.length
      process.stdout.write(`${total.passed} passed, ${failed} failed, ${total.skipped} skipped\n`)
      if (failed > 0) process.exitCode = 1
    })
}
