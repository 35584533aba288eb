import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { htmlReport, problemsOf, runDemo, summarise, textReport, type DemoFacts } from '#demo'
import { Command } from 'commander'
import { fail, progress, result } from './output.ts'
import { echoMain, gatewayMain, nodeFlags, root } from './paths.ts'

interface Options {
  readonly json?: true
  readonly out?: string
  readonly keep?: true
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('One real encrypted call through everything, and a report of what protected it.')
    .option('--json', 'print one JSON object')
    .option('--out <folder>', 'where the HTML report goes (default: tmp/demo in this project)')
    .option('--keep', 'keep the deployment, with its logs and sealed recording, instead of removing it')
    .action(demo)
}

async function demo(options: Options): Promise<void> {
  const startedMs = performance.now()
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-demo-'))
  const facts: DemoFacts = { steps: [] }
  const timed = (text: string) =>
    progress(`${`[${((performance.now() - startedMs) / 1_000).toFixed(1)} s]`.padStart(9)} ${text}`)
  const thrown = await play(dir, facts, timed)
  const problems = [...thrown, ...(thrown.length > 0 ? [] : problemsOf(facts))]
  const report = writeReport(
    resolve(options.out ?? join(root, 'tmp/demo')),
    htmlReport(facts, problems, new Date()),
  )
  timed(`report: ${report}`)
  if (options.keep) timed(`kept: ${dir}`)
  else rmSync(dir, { recursive: true, force: true })
  result(summarise(facts, problems), options.json ?? false, () => textReport(facts, problems))
  if (problems.length > 0) fail(new Error(`the demo is not well: ${problems.join('; ')}`))
}

/** Runs the demo until it is over or the user has had enough; what went wrong, in words. */
async function play(dir: string, facts: DemoFacts, tell: (text: string) => void): Promise<string[]> {
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort(new Error('interrupted'))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    await runDemo(
      {
        dir,
        gateway: [...nodeFlags, gatewayMain],
        app: [...nodeFlags, echoMain],
        progress: tell,
        signal: interrupted.signal,
      },
      facts,
    )
    return []
  } catch (error) {
    return causes(error)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

function causes(error: unknown): string[] {
  const found: string[] = []
  for (let cause = error; cause !== undefined && found.length < 4;) {
    const detail = cause instanceof Error && 'detail' in cause ? ` (${String(cause.detail)})` : ''
    found.push(`${cause instanceof Error ? cause.message : JSON.stringify(cause)}${detail}`)
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return found
}

function writeReport(folder: string, html: string): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'report.html')
  writeFileSync(file, html)
  return relative(process.cwd(), file)
}
