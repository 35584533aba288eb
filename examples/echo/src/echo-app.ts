import { commands } from '@voxkeep/sdk'
import { startApp, type AppSettings, type RunningApp } from '@voxkeep/sdk/node'
import { WebSocketServer } from 'ws'
import { arrivalGaps, type GapFigures } from './arrival-gaps.ts'
import { echo } from './echo.ts'
import { echoStats, type EchoStats } from './echo-stats.ts'

export interface EchoOptions extends AppSettings {
  readonly record?: boolean
  /** What is spoken over the stream. Default `voxkeep`. */
  readonly wire?: 'voxkeep' | 'twilio'
}

export interface EchoApp extends RunningApp {
  readonly stats: Readonly<EchoStats>
  /** How far apart the messages of a call's audio came, since this was last asked. */
  takeGaps(): GapFigures
}

const maxMessageBytes = 64 * 1_024 // a 20 ms audio message is under 2 kB
const maxConversations = 10_000

/** Starts the app: it answers each call, and each of its own that somebody took, with a stream to itself, and sends back what it hears. */
export async function startEchoApp(options: EchoOptions): Promise<EchoApp> {
  const { record = false, wire = 'voxkeep' } = options
  const stats = echoStats()
  const gaps = arrivalGaps()
  const app = await startApp({
    settings: options,
    sockets: new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes }),
    maxConversations,
    on: (streams) => {
      const begin = async () => {
        stats.calls += 1
        return [...(record ? [commands.record()] : []), await streams.command({ wire })]
      }
      return {
        'call.incoming': async () => [commands.answer(), ...(await begin())],
        'call.connected': begin,
      }
    },
    onConversation(conversation) {
      const arrived = gaps.call()
      return echo(conversation, stats, () => arrived(performance.now()))
    },
    onAnswered: () => (stats.webhooks += 1),
    onRefused: () => (stats.refused += 1),
  })
  return { ...app, stats, takeGaps: () => gaps.take() }
}
