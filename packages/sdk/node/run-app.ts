import { loadSettings } from './load-settings.ts'
import { startApp, type AppOptions, type RunningApp } from './start-app.ts'

/** Runs an app as a program: with the settings that the command line names, until it is told to end. Prints one line of JSON when it is ready. */
export async function runApp(options: Omit<AppOptions, 'settings'>): Promise<RunningApp> {
  const app = await startApp({ ...options, settings: await loadSettings() })
  const stop = () => void app[Symbol.asyncDispose]().then(() => process.exit())
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Last, so that whoever reads this line may send the signal at once.
  const ready = { ready: true, webhookUrl: app.webhookUrl, streamUrl: app.streamUrl, pid: process.pid }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
  return app
}
