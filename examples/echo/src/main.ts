import { parseArgs } from 'node:util'
import { startEchoApp } from './echo-app.ts'
import { loadOptions } from './load-options.ts'

const { values } = parseArgs({ options: { config: { type: 'string' } } })
if (values.config === undefined) {
  console.error('usage: node examples/echo/src/main.ts --config FILE (see examples/echo/README.md)')
  process.exit(2)
}

const app = await startEchoApp(loadOptions(values.config))
async function stop(): Promise<void> {
  console.log(JSON.stringify(app.stats))
  await app[Symbol.asyncDispose]()
}
process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())
// Last, so that whoever reads this line may send the signal at once.
console.log(
  JSON.stringify({ ready: true, webhookUrl: app.webhookUrl, streamUrl: app.streamUrl, pid: process.pid }),
)
