import { writeFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { program } from './counterpart.ts'
import { startProgram } from './program.ts'
import { scenarioXml, type Step } from './sipp-scenario.ts'

export interface SippOptions {
  /** For its scenario and its logs. */
  readonly folder: string
  /** A TLS client in front of the gateway: this version speaks no TLS. */
  readonly viaPort: number
  readonly steps: readonly Step[]
  readonly calls?: number
  readonly perSecond?: number
  readonly timeoutMs?: number
  /** What it says that its credentials are for, without `sip:`. Default: where it connects to. */
  readonly credentialsFor?: string
}

export interface SippResult {
  readonly successful: number
  readonly failed: number
  /** What SIPp complained of, for a person to read. */
  readonly errors: string
}

/** Runs a scenario over one connection until all its calls have ended. */
export async function runSipp(options: SippOptions): Promise<SippResult> {
  const { folder, viaPort, steps, calls = 1, perSecond = 100, timeoutMs = 30_000, credentialsFor } = options
  const files = {
    scenario: join(folder, 'scenario.xml'),
    errors: join(folder, 'errors'),
    counts: join(folder, 'counts'),
  }
  await writeFile(files.scenario, scenarioXml(steps))
  const settings = {
    '-sf': files.scenario,
    '-error_file': files.errors,
    '-stf': files.counts,
    '-t': 't1',
    '-i': '127.0.0.1',
    '-m': calls,
    '-r': perSecond,
    '-l': calls,
    '-timeout': Math.ceil(timeoutMs / 1_000),
    ...(credentialsFor !== undefined && { '-auth_uri': credentialsFor }),
  }
  await using sipp = await startProgram({
    command: program('sipp'),
    args: [
      `127.0.0.1:${viaPort}`,
      '-nostdin',
      '-timeout_error',
      '-trace_err',
      '-trace_stat',
      ...Object.entries(settings).flatMap(([option, value]) => [option, String(value)]),
    ],
    cwd: folder,
  })
  await sipp.exited
  const counts = await readCounts(files.counts)
  return { ...counts, errors: await readFile(files.errors, 'utf8').catch(() => '') }
}

async function readCounts(path: string): Promise<{ successful: number; failed: number }> {
  const rows = (await readFile(path, 'utf8')).trim().split('\n')
  const names = rows[0]?.split(';') ?? []
  const values = rows.at(-1)?.split(';') ?? []
  const of = (name: string) => Number(values[names.indexOf(name)])
  return { successful: of('SuccessfulCall(C)'), failed: of('FailedCall(C)') }
}
