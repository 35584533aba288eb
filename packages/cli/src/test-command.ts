import { Command } from 'commander'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { progress } from './output.ts'
import { nodeFlags, root } from './paths.ts'
import { run } from './run.ts'
import { runGates } from './check-command.ts'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface Suite {
  readonly name: string
  readonly files: readonly string[]
  readonly flags: readonly string[]
}

const isEndToEnd = (file: string) => file.endsWith('.e2e.test.ts')

/** Unit tests share one process each workspace; end-to-end tests get a process a file, one after the other. */
function suites(fast: boolean): Suite[] {
  const all = globSync('{packages,tools,examples,bench}/**/*.test.ts', {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  }).toSorted()
  const unit = {
    name: 'unit',
    files: all.filter((file) => !isEndToEnd(file)),
    flags: ['--test-concurrency=2', '--test-timeout=60000'],
  }
  const endToEnd = { name: 'end to end', files: all.filter(isEndToEnd), flags: ['--test-concurrency=1', '--test-timeout=240000'] }
  return fast ? [unit] : [unit, endToEnd]
}

async function runSuite(suite: Suite, counts: string, pattern: string | undefined): Promise<Counts> {
  const only = pattern === undefined ? [] : [`--test-name-pattern=${pattern}`]
  const reporters = [
    '--test-reporter=dot',
    '--test-reporter-destination=stderr',
    `--test-reporter=${join(import.meta.dirname, 'counts-reporter.ts')}`,
    `--test-reporter-destination=${counts}`,
  ]
  const status = await run(
    process.execPath,
    [...nodeFlags, '--test', ...suite.flags, ...only, ...reporters, ...suite.files],
    { cwd: root },
  )
  const counted = JSON.parse(readFileSync(counts, 'utf8')) as Counts
  return status !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted
}

export function testCommand(): Command {
  return new Command('test')
    .description('Run every check and test.')
    .option('--fast', 'leave out the end-to-end tests (under a minute)')
    .option('--only <pattern>', 'run only tests whose name matches')
    .action(async (options: { fast?: true; only?: string }) => {
      const dir = mkdtempSync(join(tmpdir(), 'voxkeep-test-'))
      let total: Counts = { passed: 0, failed: 0, skipped: 0 }
      const failedGates = options.only === undefined ? await runGates() : []
      for (const suite of suites(options.fast ?? false)) {
        progress(`\n${suite.name}: ${suite.files.length} files`)
        const counts = await runSuite(suite, join(dir, 'counts.json'), options.only)
        total = {
          passed: total.passed + counts.passed,
          failed: total.failed + counts.failed,
          skipped: total.skipped + counts.skipped,
        }
      }
      rmSync(dir, { recursive: true })
      if (failedGates.length > 0) progress(`\nfailed checks: ${failedGates.join(', ')}`)
      const failed = total.failed + failedGates.length
      process.stdout.write(`${total.passed} passed, ${failed} failed, ${total.skipped} skipped\n`)
      if (failed > 0) process.exitCode = 1
    })
}
