import { wait } from './wait.ts'
import { systemClock } from './clock.ts'
import { loadReport, type LoadReport } from './load-report.ts'
import { LoadRun, type LoadOptions } from './load-run.ts'

/**
 * Places many calls from this process and measures them through an app that echoes: ramp up, let it settle, measure for
 * `seconds`, hang up. Rejects with `SoftphoneError` `SOFTPHONE_CONNECT` when the gateway cannot be reached.
 */
export async function loadCalls(options: LoadOptions): Promise<LoadReport> {
  const clock = options.clock ?? systemClock
  const { seconds, settleMs = 2_000, drainMs = 500, signal, onPhase } = options
  await using run = await LoadRun.open(options, clock)
  onPhase?.('ramp')
  await run.ramp(signal)
  await wait(clock, settleMs, signal)
  onPhase?.('steady')
  const finish = run.measure()
  await wait(clock, seconds * 1_000, signal)
  const measured = finish()
  onPhase?.('ending')
  await wait(clock, drainMs, signal) // the last frames' echoes
  await run.hangup()
  return loadReport(run.measured, measured)
}
