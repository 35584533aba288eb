import { parseOptions, usage } from './bench-options.ts'
import { describeReport } from './bench-report.ts'
import { ChildError } from './child.ts'
import { ApiFailure } from './gateway-api.ts'
import { describePrivacy } from './privacy-report.ts'
import type { PrivacyReport } from './privacy.ts'
import { runBench } from './run-bench.ts'

const options = parseOptions(process.argv.slice(2))
if (options === undefined || options === 'help') {
  console.log(usage)
  process.exit(options === 'help' ? 0 : 2)
}
try {
  const report = await runBench(options)
  console.log(options.json ? JSON.stringify(report) : described(report))
  // Only one run of calls says in one place how many were answered.
  const { answered, calls } = report as { answered?: number; calls?: number }
  process.exitCode = answered === calls ? 0 : 1
} catch (error) {
  if (!(error instanceof ChildError) && !(error instanceof ApiFailure)) throw error
  console.error(`${error.message}:\n${error instanceof ChildError ? error.detail : error.answer}`)
  process.exitCode = 1
}

function described(report: object): string {
  return 'byType' in report ? describePrivacy(report as PrivacyReport) : describeReport(report)
}
