import { Command } from 'commander'
import { join } from 'node:path'
import { progress } from './output.ts'
import { root } from './paths.ts'
import { runQuietly } from './run.ts'

const bin = (name: string) => join(root, 'node_modules/.bin', name)

const gates: readonly [string, string, readonly string[]][] = [
  ['format', bin('oxfmt'), ['--check', '.']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['types (wire, without any runtime)', bin('tsc'), ['-p', 'packages/wire']],
  ['types (pii, without any runtime)', bin('tsc'), ['-p', 'packages/pii']],
  ['types (console, in a browser)', bin('tsc'), ['-p', 'packages/console']],
  ['types', bin('tsc'), ['-p', '.']],
  ['dead code', bin('knip'), []],
]

/** Runs every static gate, side by side; resolves with the names of those that failed. */
export async function runGates(): Promise<string[]> {
  const results = await Promise.all(
    gates.map(async ([name, command, args]) => {
      const startedMs = performance.now()
      const { status, output } = await runQuietly(command, args, { cwd: root })
      const took = ((performance.now() - startedMs) / 1_000).toFixed(1)
      progress(`${output}${status === 0 ? 'ok  ' : 'FAIL'}  ${name}  (${took} s)`)
      return status === 0 ? [] : [name]
    }),
  )
  return results.flat()
}

export function checkCommand(): Command {
  return new Command('check').description('Check format, lint, types and dead code.').action(async () => {
    const failed = await runGates()
    if (failed.length > 0) process.exitCode = 1
  })
}
