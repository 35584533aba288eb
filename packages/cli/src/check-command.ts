import { Command } from 'commander'
import { join } from 'node:path'
import { progress } from './output.ts'
import { root } from './paths.ts'
import { run } from './run.ts'

const bin = (name: string) => join(root, 'node_modules/.bin', name)

const gates: readonly [string, string, readonly string[]][] = [
  ['format', bin('oxfmt'), ['--check', '.']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['types (wire, without any runtime)', bin('tsc'), ['-p', 'packages/wire']],
  ['types', bin('tsc'), ['-p', '.']],
  ['dead code', bin('knip'), []],
]

/** Runs every static gate; resolves with the names of those that failed. */
export async function runGates(): Promise<string[]> {
  const failed: string[] = []
  for (const [name, command, args] of gates) {
    const startedMs = performance.now()
    const status = await run(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
    progress(
      `${status === 0 ? 'ok  ' : 'FAIL'}  ${name}  (${((performance.now() - startedMs) / 1_000).toFixed(1)} s)`,
    )
    if (status !== 0) failed.push(name)
  }
  return failed
}

export function checkCommand(): Command {
  return new Command('check').description('Check format, lint, types and dead code.').action(async () => {
    const failed = await runGates()
    if (failed.length > 0) process.exitCode = 1
  })
}
