import { Command } from 'commander'
import { join } from 'node:path'
import { progress } from './output.ts'
import { root } from './paths.ts'
import { runQuietly } from './run.ts'

const bin = (name: string) => join(root, 'node_modules/.bin', name)

type Gate = readonly [name: string, command: string, args: readonly string[]]

const gates: readonly Gate[] = [
  // Type errors are found here too, each file's under its own `tsconfig.json`: linting by types has them at hand.
  ['lint and types', bin('oxlint'), ['--type-aware', '--type-check', '--deny-warnings']],
  ['dead code', bin('knip'), []],
  ['format', bin('oxfmt'), ['--check', '.']],
]
/** Has the last word on types. More checkers than two each work out for themselves what the others know. */
const compiler: readonly Gate[] = [
  ['types (wire, without any runtime)', bin('tsc'), ['-p', 'packages/wire']],
  ['types (pii, without any runtime)', bin('tsc'), ['-p', 'packages/pii']],
  ['types (console, in a browser)', bin('tsc'), ['-p', 'packages/console']],
  ['types', bin('tsc'), ['-p', '.', '--checkers', '2']],
]

/** A static gate that failed, and all it said. */
export interface FailedGate {
  readonly name: string
  readonly output: string
}

/** Runs the static gates, side by side; resolves with those that failed. `fast` leaves types to the linter alone. */
export async function runGates(fast: boolean): Promise<FailedGate[]> {
  const results = await Promise.all(
    [...gates, ...(fast ? [] : compiler)].map(async ([name, command, args]) => {
      const startedMs = performance.now()
      const { status, output } = await runQuietly(command, args, { cwd: root })
      const took = ((performance.now() - startedMs) / 1_000).toFixed(1)
      progress(`\n${status === 0 ? 'ok  ' : 'FAIL'}  ${name}  (${took} s)`)
      return status === 0 ? [] : [{ name, output }]
    }),
  )
  return results.flat()
}

export function tellFailed(failed: readonly FailedGate[]): void {
  for (const { name, output } of failed) progress(`\nfailed check: ${name}\n${output}`)
}

export function checkCommand(): Command {
  return new Command('check').description('Check format, lint, types and dead code.').action(async () => {
    const failed = await runGates(false)
    tellFailed(failed)
    if (failed.length > 0) process.exitCode = 1
  })
}
