import { commands } from '@voxkeep/sdk'
import { startApp, type AppSettings, type RunningApp } from '@voxkeep/sdk/node'
import { WebSocketServer } from 'ws'
import { echo } from './echo.ts'
import { echoStats, type EchoStats } from './echo-stats.ts'

export interface EchoOptions extends AppSettings {
  readonly record?: boolean
  /** What is spoken over the stream. Default `voxkeep`. */
  readonly wire?: 'voxkeep' | 'twilio'
}

export interface EchoApp extends RunningApp {
  readonly stats: Readonly<EchoStats>
}

const maxMessageBytes = 64 * 1_024 // a 20 ms audio message is under 2 kB
const maxConversations = 10_000

/** Starts the app: it answers each call with a stream to itself, and sends back what it hears. */
export async function startEchoApp(options: EchoOptions): Promise<EchoApp> {
  const { record = false, wire = 'voxkeep' } = options
  const stats = echoStats()
  const app = await startApp({
    settings: options,
    sockets: new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes }),
    maxConversations,
    on: (streams) => ({
      'call.incoming': async () => {
        stats.calls += 1
        return [commands.answer(), ...(record ? [commands.record()] : []), await streams.command({ wire })]
      },
    }),
    onConversation: (conversation) => echo(conversation, stats),
    onAnswered: () => (stats.webhooks += 1),
    onRefused: () => (stats.refused += 1),
  })
  return { ...app, stats }
}
