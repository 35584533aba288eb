import { globSync } from 'node:fs'
import { root } from './paths.ts'

/** Files that one `node --test` runs. */
export interface Suite {
  readonly name: string
  readonly files: readonly string[]
  readonly flags: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/**
 * How a process of unit tests is started. It ends with its last test: a test that failed and left a socket open would keep it for
 * ever, with nothing told. The counts reporter says what is open then.
 */
export const unitFlags = [
  '--test-isolation=none',
  '--test-force-exit',
  '--test-timeout=60000',
  '--test-reporter=dot',
]
const endToEndFlags = ['--test-concurrency=1', '--test-timeout=240000', '--test-reporter=spec']
/** TypeScript is stripped and compiled once for all processes and threads of unit tests, and for the next run. */
const unitEnv = { NODE_COMPILE_CACHE: `${root}/node_modules/.cache/voxkeep-test` }

const isEndToEnd = (file: string) => file.endsWith('.e2e.test.ts')
/** Those that wire real threads, disks and sockets together; they wait more than they compute. */
const isWired = (file: string) => /^packages\/gateway\/src\/(db\/)?[^/]+$/.test(file)

function laneOf(file: string): string {
  if (isWired(file)) return 'unit, gateway with its threads'
  return file.startsWith('packages/gateway') ? 'unit, gateway' : 'unit, the rest'
}

/**
 * Unit tests run in three processes side by side, of which two mostly wait; end-to-end tests get a process a file, one after the
 * other. Each inner list runs side by side.
 */
export function testPlan(fast: boolean): Suite[][] {
  const all = globSync('{packages,tools,examples,bench}/**/*.test.ts', {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  }).toSorted()
  const lanes = Map.groupBy(
    all.filter((file) => !isEndToEnd(file)),
    laneOf,
  )
  const units = [...lanes].map(([name, files]) => ({ name, files, flags: unitFlags, env: unitEnv }))
  const endToEnd = { name: 'end to end', files: all.filter(isEndToEnd), flags: endToEndFlags }
  return fast ? [units] : [units, [endToEnd]]
}
