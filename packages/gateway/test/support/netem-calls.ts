import { startGateway } from './gateway-process.ts'
import { lossyCall, type LossyCall } from './lossy-call.ts'
import { impairUdp } from './netem.ts'
import { timeStream, type TimedStream } from './timed-stream.ts'

/**
 * Runs in a network namespace: a gateway, its app and a phone, which makes one call for each way of treating packets that the
 * arguments give (`name=netem arguments`; nothing after `=` leaves them alone). Prints what came of them as JSON.
 */
const durationMs = 2_500
const streams = new Map<string, TimedStream>()
await using gateway = await startGateway({
  scopes: ['calls:read'],
  takeStream: (to, socket) => (streams.set(to, timeStream(socket)), true),
})
const calls: Record<string, LossyCall> = {}
for (const argument of process.argv.slice(2)) {
  const [name = '', netem = ''] = argument.split('=')
  if (netem !== '') impairUdp(undefined, netem.split(' '))
  calls[name] = await lossyCall(gateway, streams, name, { durationMs })
}
process.stdout.write(JSON.stringify(calls))
