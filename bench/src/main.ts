import { parseOptions, usage } from './bench-options.ts'
import { describeReport } from './bench-report.ts'
import { ChildError } from './child.ts'
import { runBench } from './run-bench.ts'

const options = parseOptions(process.argv.slice(2))
if (options === undefined) {
  console.error(usage)
  process.exit(2)
}
try {
  const report = await runBench(options)
  console.log(options.json ? JSON.stringify(report) : describeReport(report))
  process.exitCode = report.answered === report.calls ? 0 : 1
} catch (error) {
  if (!(error instanceof ChildError)) throw error
  console.error(`${error.message}:\n${error.detail}`)
  process.exitCode = 1
}
