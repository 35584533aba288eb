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
  withConnection(calls.command('create').description('Call somebody; the app is asked when they answer.'))
    .requiredOption('--to <number>', 'number (E.164) or sip: address that the app’s dialing allows')
    .option('--app <id>', 'the app that has the call; default: the only one there is')
    .option('--from <number>', 'caller ID to show; default: the app’s first')
    .option('--ring <seconds>', 'how long it may ring', '30')
    .option('--record', 'record both sides from the answer on')
    .action(create)
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

interface CreateOptions extends ConnectionOptions {
  readonly to: string
  readonly app?: string
  readonly from?: string
  readonly ring: string
  readonly record?: true
}

async function create(options: CreateOptions): Promise<void> {
  const { to, app, from, ring, record } = options
  const call = await connect(options).calls.create({
    to,
    ring_timeout_ms: Math.round(Number(ring) * 1_000),
    ...(app !== undefined && { app }),
    ...(from !== undefined && { from }),
    ...(record && { record }),
  })
  result(call, options.json ?? false, () => `${call.id} is being placed; "voxkeep calls show ${call.id}"`)
}

async function hangup(id: string, options: ConnectionOptions): Promise<void> {
  await connect(options).calls.hangup(id)
  result({ id, hungUp: true }, options.json ?? false, () => `${id} is being ended`)
}
