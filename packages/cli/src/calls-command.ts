import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'
import { describeCall } from './story.ts'

export function callsCommand(): Command {
  const calls = new Command('calls').description('See and steer the calls of a running gateway.')
  withConnection(calls.command('list', { isDefault: true }).description('The newest calls.'))
    .option('--limit <n>', 'how many', '20')
    .action(list)
  withConnection(
    calls.command('show').description('A call’s story and its security receipt.').argument('<id>'),
  ).action(show)
  withConnection(calls.command('hangup').description('End a call.').argument('<id>')).action(hangup)
  return calls
}

async function list(options: ConnectionOptions & { limit: string }): Promise<void> {
  const page = await connect(options).calls.list({ limit: Number(options.limit) })
  result(page, options.json ?? false, () => {
    const rows = page.data.map((call) => [
      call.id,
      call.state,
      call.started_at,
      call.trunk,
      call.from,
      call.to,
      call.end_reason ?? '',
    ])
    return page.data.length === 0
      ? 'no calls yet'
      : table([['call', 'state', 'started', 'trunk', 'from', 'to', 'ended'], ...rows])
  })
}

async function show(id: string, options: ConnectionOptions): Promise<void> {
  const call = await connect(options).calls.get(id)
  result(call, options.json ?? false, () => describeCall(call))
}

async function hangup(id: string, options: ConnectionOptions): Promise<void> {
  await connect(options).calls.hangup(id)
  result({ id, hungUp: true }, options.json ?? false, () => `${id} is being ended`)
}
