import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'

export function dialingCommand(): Command {
  const dialing = new Command('dialing').description('The toll-fraud guard of a running gateway.')
  withConnection(
    dialing
      .command('stops', { isDefault: true })
      .description('The apps whose outbound calls an anomaly stopped.'),
  ).action(stops)
  withConnection(dialing.command('lift').description('Let such an app call again.').argument('<app>')).action(
    lift,
  )
  return dialing
}

async function stops(options: ConnectionOptions): Promise<void> {
  const stopped = await connect(options).dialing.stops()
  result(stopped, options.json ?? false, () =>
    stopped.length === 0 ? 'no app is stopped' : table([['app'], ...stopped.map(({ app }) => [app])]),
  )
}

async function lift(app: string, options: ConnectionOptions): Promise<void> {
  await connect(options).dialing.lift(app)
  result({ app, lifted: true }, options.json ?? false, () => `${app} may call again`)
}
