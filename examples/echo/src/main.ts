import { loadSettings } from '@voxkeep/sdk/node'
import { startEchoApp } from './echo-app.ts'

const settings = await loadSettings().catch((error: Error) => error)
if (settings instanceof Error) {
  console.error(
    `usage: node examples/echo/src/main.ts --config FILE (see examples/echo/README.md): ${settings.message}`,
  )
  process.exit(2)
}

const app = await startEchoApp(settings)
async function stop(): Promise<void> {
  console.log(JSON.stringify(app.stats))
  await app[Symbol.asyncDispose]()
}
// Whoever measures asks at both ends of the time that they mean.
process.on('SIGUSR2', () => console.log(JSON.stringify({ gaps: app.takeGaps() })))
process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())
// Last, so that whoever reads this line may send the signal at once.
console.log(
  JSON.stringify({ ready: true, webhookUrl: app.webhookUrl, streamUrl: app.streamUrl, pid: process.pid }),
)
