import { systemClock, type SoftphoneClock } from './clock.ts'
import { LoadAnswers } from './load-answers.ts'
import { loadReport, type LoadReport } from './load-report.ts'
import { LoadRun, type LoadOptions, type MeasuredInterval, type MeasuredRun } from './load-run.ts'
import { wait } from './wait.ts'

/** A run of many calls, whoever placed them. */
export interface LoadCalls extends AsyncDisposable {
  /** Resolves when every call is up, has failed, or took too long. */
  ramp(signal?: AbortSignal): Promise<void>
  /** Frames count from now until the returned function is called. */
  measure(): () => MeasuredInterval
  readonly measured: MeasuredRun
  renew(): void
  hangup(): Promise<void>
}

/** As `loadRounds`, one round. */
export async function loadCalls(options: LoadOptions): Promise<LoadReport> {
  const [report] = await loadRounds({ ...options, rounds: 1 })
  if (report === undefined) throw new TypeError('one round has one report')
  return report
}

/**
 * Many calls from this process, measured through an app that echoes, or in pairs that the gateway bridges: ramp up, let it
 * settle, measure for `seconds` as often as `rounds` says, hang up. A report a round. Rejects with `SoftphoneError`
 * `SOFTPHONE_CONNECT` when the gateway cannot be reached.
 */
export async function loadRounds(options: LoadOptions): Promise<LoadReport[]> {
  const clock = options.clock ?? systemClock
  const { settleMs = 2_000, signal, onPhase } = options
  await using run = await open(options, clock)
  onPhase?.('ramp')
  await run.ramp(signal)
  onPhase?.('up')
  await wait(clock, settleMs, signal)
  const reports: LoadReport[] = []
  for (let round = 0; round < (options.rounds ?? 1); round += 1) {
    if (round > 0) run.renew()
    reports.push(await measureRound(run, options, clock))
  }
  await run.hangup()
  return reports
}

function open(options: LoadOptions, clock: SoftphoneClock): Promise<LoadCalls> {
  const { answer } = options
  return answer === undefined ? LoadRun.open(options, clock) : LoadAnswers.open(options, answer, clock)
}

async function measureRound(
  run: LoadCalls,
  { seconds, drainMs = 500, signal, onPhase }: LoadOptions,
  clock: SoftphoneClock,
): Promise<LoadReport> {
  onPhase?.('steady')
  const finish = run.measure()
  await wait(clock, seconds * 1_000, signal)
  const measured = finish()
  onPhase?.('ending')
  await wait(clock, drainMs, signal) // the last frames' echoes
  return loadReport(run.measured, measured)
}
