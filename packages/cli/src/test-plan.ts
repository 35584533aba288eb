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
  '--max-semi-space-size=64', // MiB: thousands of tests in one process leave much that is young and dead
]
const endToEndFlags = (atOnce: number) => [
  `--test-concurrency=${atOnce}`,
  '--test-timeout=240000',
  '--test-reporter=spec',
]
/** TypeScript is stripped and compiled once for all processes and threads of all tests, gateways too, and for the next run. */
const env = { NODE_COMPILE_CACHE: `${root}/node_modules/.cache/voxkeep-test` }

const isEndToEnd = (file: string) => file.endsWith('.e2e.test.ts')
/** What is not about the twenty milliseconds of live audio: these wait for disks and servers, four at a time; and fuzzing, which computes. */
const isKeeping =
  /\/(?:alert|audit|aws|backup|byok|consent|deepgram|fuzz|independent|gateway-kills|keep-|keys?(?=[.-])|object|payment-|postgres|presidio|privacy|receipt|recording-stores|redaction|residency|retention|secrets|siem|softhsm|speech-|stream-only|tamper|token-vault|vault)[^/]*\.e2e\.test\.ts$/
/** What measures times or compares audio sample by sample has the machine to itself. */
const isDelicate =
  /\/(?:bad-network|capture|codecs|flood|hostile-media|keypad|netem|openai|payment|plaintext|quality|relay|speech|start|words)[^/]*\.e2e\.test\.ts$/
/** Those that wire real threads, disks and sockets together; they wait more than they compute. */
const isWired = (file: string) => /^packages\/gateway\/src\/(db\/)?[^/]+$/.test(file)

function laneOf(file: string): string {
  if (isWired(file)) return 'unit, gateway with its threads'
  return file.startsWith('packages/gateway') ? 'unit, gateway' : 'unit, the rest'
}

/**
 * Unit tests run in three processes side by side, of which two mostly wait; end-to-end tests get a process a file: those that need the machine one after the
 * other, then other calls two at a time, then what is kept. Each inner list runs side by side.
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
  const units = [...lanes].map(([name, files]) => ({ name, files, flags: unitFlags, env }))
  const ends = all.filter(isEndToEnd)
  const delicate = {
    name: 'end to end, one at a time',
    files: ends.filter((file) => isDelicate.test(file) && !isKeeping.test(file)),
    flags: endToEndFlags(1),
    env,
  }
  const calls = {
    name: 'end to end, calls',
    files: ends.filter((file) => !isDelicate.test(file) && !isKeeping.test(file)),
    flags: endToEndFlags(2),
    env,
  }
  const kept = {
    name: 'end to end, what is kept',
    files: ends.filter((file) => isKeeping.test(file)),
    flags: endToEndFlags(4),
    env,
  }
  return fast ? [units] : [units, [delicate], [calls], [kept]]
}
